"""Pages of products: by words, by category, by popularity."""

from dataclasses import dataclass

from tillstream.adapters.search import SearchIndex
from tillstream.decisions.snapshot.catalogue import Catalogue, Product


@dataclass(frozen=True, slots=True)
class Page:
    """Some products of a longer list, and how long it is."""

    items: list[Product]
    total: int


def products_matching(catalogue: Catalogue, index: SearchIndex, query: str, limit: int) -> Page:
    """The most relevant first; none for a query without a word in it."""
    places, total = index.search(query, limit)
    return Page([catalogue.product(place) for place in places], total)


def products_in(catalogue: Catalogue, category: str | None, limit: int, offset: int) -> Page:
    """The most popular first; an unknown category has none."""
    if category is None:
        order = catalogue.popular
    elif category in catalogue.categories:
        order = catalogue.popular_in(list(catalogue.categories).index(category))
    else:
        return Page([], 0)
    return Page([catalogue.product(place) for place in order[offset : offset + limit].tolist()], len(order))
