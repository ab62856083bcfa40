"""The catalogue: products with prices and pictures, and what hides behind them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Floats, Ints, cumulative, stream
from tillstream.data.sources.world.categories import CATEGORIES, CATEGORY_NAMES, Category

STYLES: Final = 4
"""Hidden dimensions of taste that products and people share."""
PICTURES: Final = 8
CURRENCY: Final = "EUR"
_SIMILAR, _COMPLEMENTS = 8, 4
_SERIES: Final = ("", " II", " Classic", " Lite", " Nova", " Plain", " Air", " Urban", " One")


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Products in the order of their categories, the same number in each; one array entry a product.

    Hidden: `quality`, `style`, `elasticity` (positive: per cent fewer for one per cent more), and
    `related`, what is looked at next, with its running shares.
    """

    per_category: int
    product_ids: tuple[str, ...]
    titles: tuple[str, ...]
    brands: tuple[str, ...]
    images: tuple[str, ...]
    category: Ints
    list_cents: Ints
    cost_cents: Ints
    lead_days: Ints
    quality: Floats
    style: Floats
    elasticity: Floats
    related: Ints
    related_shares: Floats

    @property
    def size(self) -> int:
        """How many products there are."""
        return len(self.product_ids)

    def category_of(self, product: int) -> str:
        """The name of a product's category."""
        return CATEGORY_NAMES[int(self.category[product])]


def products_per_category(customers: int) -> int:
    """50 for the 1,200 customers of the demo (600 products), growing with the root of the shop's size."""
    return int(np.clip(round(25 * (customers / 1_200) ** 0.5), 8, 200)) * 2


def make_catalogue(customers: int, seed: int) -> Catalogue:
    """The catalogue of a shop of that size; the same for the same seed."""
    random, per_category = stream(seed, "catalogue"), products_per_category(customers)
    size = per_category * len(CATEGORIES)
    category = np.repeat(np.arange(len(CATEGORIES)), per_category)
    style = random.normal(size=(size, STYLES))
    style /= np.linalg.norm(style, axis=1, keepdims=True)
    tier = random.random(size)
    low = np.array([entry.low_cents for entry in CATEGORIES])[category]
    high = np.array([entry.high_cents for entry in CATEGORIES])[category]
    list_cents = (low * (high / low) ** tier // 100 * 100 + 90).astype(np.int64)
    brand = random.integers(0, 6, size)
    elasticity = np.array([entry.elasticity for entry in CATEGORIES])[category] + random.normal(0, 0.25, size)
    titles = _titles(per_category, brand)
    related, weights = _related(category, style, brand, tier, per_category)
    return Catalogue(
        per_category=per_category,
        product_ids=tuple(f"{CATEGORY_NAMES[c]}-{i % per_category + 1:03d}" for i, c in enumerate(category)),
        titles=titles,
        brands=tuple(CATEGORIES[c].brands[b] for c, b in zip(category, brand, strict=True)),
        images=tuple(f"/pictures/{CATEGORY_NAMES[c]}-{i % PICTURES + 1}.svg" for i, c in enumerate(category)),
        category=category,
        list_cents=list_cents,
        cost_cents=(list_cents * random.uniform(0.45, 0.68, size)).astype(np.int64),
        lead_days=random.integers(1, 5, size),
        quality=random.normal(0, 0.6, size),
        style=style,
        elasticity=np.clip(elasticity, 0.8, None),
        related=related,
        related_shares=cumulative(weights),
    )


def _titles(per_category: int, brand: Ints) -> tuple[str, ...]:
    """Brand, kind and series; a number follows where the words have been used before."""
    seen: dict[str, int] = {}
    titles = []
    for place, b in enumerate(brand):
        entry: Category = CATEGORIES[place // per_category]
        kind = entry.kinds[place % len(entry.kinds)]
        title = f"{entry.brands[b]} {kind}{_SERIES[(place // len(entry.kinds)) % len(_SERIES)]}"
        seen[title] = seen.get(title, 0) + 1
        titles.append(title if seen[title] == 1 else f"{title} {seen[title]}")
    return tuple(titles)


def _related(category: Ints, style: Floats, brand: Ints, tier: Floats, per_category: int) -> tuple[Ints, Floats]:
    """For each product its nearest of the same shelf, then of the shelves it goes with, best first."""
    size = len(category)
    related = np.empty((size, _SIMILAR + _COMPLEMENTS), dtype=np.int64)
    for place in range(size):
        near = style @ style[place] + 0.5 * (brand == brand[place]) - np.abs(tier - tier[place])
        near[place] = -np.inf
        shelf = category[place] * per_category
        similar = shelf + np.argsort(-near[shelf : shelf + per_category], kind="stable")[:_SIMILAR]
        partners = [CATEGORY_NAMES.index(name) * per_category for name in CATEGORIES[category[place]].goes_with]
        half = _COMPLEMENTS // len(partners)
        others = [s + np.argsort(-near[s : s + per_category], kind="stable")[:half] for s in partners]
        related[place] = np.concatenate([similar, *others])
    weights = np.concatenate([0.82 ** np.arange(_SIMILAR), 0.45 * 0.8 ** np.arange(_COMPLEMENTS)])
    return related, np.broadcast_to(weights, related.shape).copy()
