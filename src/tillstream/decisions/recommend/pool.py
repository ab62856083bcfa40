"""Candidates: the model's neighbours, what is popular in the visitor's taste, what is popular at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tillstream.decisions.ports import RecommendModel
from tillstream.decisions.snapshot.catalogue import Catalogue

SOURCES: Final = ("session", "together", "again", "taste", "popular")
"""Past sessions, viewed together, bought before or with it, its category, all of the shop: as models name them."""
_TASTE, _POPULAR = SOURCES.index("taste"), SOURCES.index("popular")
_CEILING: Final = {"taste": 0.5, "popular": 0.3}
"""The best score of what is merely popular; what a visitor's own doing brings lies between 0.5 and 1."""
_OWN_FLOOR: Final = 0.5
_MODEL_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Candidates as places in the catalogue, with where each came from; no product twice."""

    places: NDArray[np.int64]
    source: NDArray[np.int64]
    score: NDArray[np.float64]


def gather(
    catalogue: Catalogue,
    model: RecommendModel | None,
    recent: Sequence[str],
    customer_id: str | None,
    taste: Sequence[int],
    *,
    count: int,
) -> Pool:
    """At most `count` candidates in stock; products in `recent` are left out."""
    seen = {int(place) for place in catalogue.places_of(recent) if place >= 0}
    rows: dict[int, tuple[int, float]] = {}
    if model is not None and (recent or customer_id):
        found = model.candidates(recent, round(count * _MODEL_SHARE), customer_id)
        _add_own(rows, seen, catalogue, found)
    tastes = list(dict.fromkeys(taste))[:3]
    share = max((count - len(rows)) // 2 // max(len(tastes), 1), 1)
    for code in tastes:
        _add_popular(rows, seen, catalogue, catalogue.popular_in(code), _TASTE, share)
    each = -(-(count - len(rows)) // max(len(catalogue.categories), 1))
    for code in catalogue.categories_by_popularity[: count - len(rows)]:
        _add_popular(rows, seen, catalogue, catalogue.popular_in(code), _POPULAR, each)
    if len(rows) < count:
        _add_popular(rows, seen, catalogue, catalogue.popular, _POPULAR, count - len(rows))
    kept = list(rows.items())[:count]
    return Pool(
        np.array([place for place, _ in kept], np.int64),
        np.array([row[0] for _, row in kept], np.int64),
        np.array([row[1] for _, row in kept], np.float64),
    )


def _add_own(
    rows: dict[int, tuple[int, float]],
    seen: set[int],
    catalogue: Catalogue,
    found: Sequence[tuple[str, str, float]],
) -> None:
    """What the model brings for this visitor; what it brings because it is popular comes from the snapshot."""
    places = catalogue.places_of([product_id for product_id, _, _ in found]).tolist()
    own = {
        place: (SOURCES.index(source) if source in SOURCES else 0, score)
        for (_, source, score), place in zip(found, places, strict=True)
        if place >= 0 and place not in seen and source not in _CEILING and catalogue.on_hand[place] != 0
    }
    best = max((score for _, score in own.values()), default=0.0) or 1.0
    for place, (source, score) in own.items():
        rows[place] = (source, _OWN_FLOOR + (1 - _OWN_FLOOR) * max(score, 0.0) / best)


def _add_popular(
    rows: dict[int, tuple[int, float]],
    seen: set[int],
    catalogue: Catalogue,
    order: NDArray[np.int32],
    source: int,
    count: int,
) -> None:
    if not len(order):
        return
    # A taste is measured within its category; what is popular, against the whole shop.
    first = order[0] if source == _TASTE else catalogue.popular[0]
    best = float(catalogue.popularity[first]) or 1.0
    ceiling = _CEILING[SOURCES[source]]
    added = 0
    for place in order[: count + len(rows) + len(seen) + 50].tolist():
        if added == count:
            return
        if place in seen or place in rows or catalogue.on_hand[place] == 0:
            continue
        rows[place] = (source, ceiling * float(catalogue.popularity[place]) / best)
        added += 1
