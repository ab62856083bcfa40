"""What a recommender learns from: sessions and baskets, as places in one list of products."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tillstream.models.scoring.rows import Ints, Rows

Baskets = Sequence[Sequence[int]]
"""A customer's baskets, oldest first, each a list of places."""


@dataclass(frozen=True, slots=True)
class History:
    """Sessions, oldest first, and each customer's baskets; products are places in `product_ids`."""

    product_ids: Sequence[str]
    categories: Ints
    """A code a product, -1 where its category is not known."""
    session_rows: Rows
    session_items: Ints
    baskets: Mapping[str, Baskets] = field(default_factory=dict)


def history_of(
    sessions: Iterable[Sequence[str]],
    baskets: Mapping[str, Sequence[Sequence[str]]] | None = None,
    categories: Mapping[str, str] | None = None,
    longest: int = 50,
) -> History:
    """A history from ids; sessions oldest first, of each the last `longest` products."""
    kept = [list(session)[-longest:] for session in sessions]
    by_customer = baskets or {}
    known = {item for session in kept for item in session}
    known.update(item for rows in by_customer.values() for basket in rows for item in basket)
    product_ids = sorted(known)
    place = {product_id: at for at, product_id in enumerate(product_ids)}
    names = categories or {}
    codes = {name: code for code, name in enumerate(sorted(set(names.values())))}
    return History(
        product_ids=product_ids,
        categories=np.array([codes.get(names.get(product_id, ""), -1) for product_id in product_ids], np.int32),
        session_rows=Rows.of_lengths(np.array([len(session) for session in kept], np.int64)),
        session_items=np.fromiter((place[item] for session in kept for item in session), np.int32),
        baskets={
            customer: [[place[item] for item in basket] for basket in rows] for customer, rows in by_customer.items()
        },
    )
