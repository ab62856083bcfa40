"""A shop of twelve categories with ten products each, and plain stand-ins for what decisions ask the layers below."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tillstream.core.errors import StoreUnavailable
from tillstream.decisions.snapshot.catalogue import Catalogue, Product, open_current
from tillstream.decisions.snapshot.write import ChurnScores, Stocked, write_snapshot

CATEGORIES = (
    "shoes", "jackets", "shirts", "bags", "watches", "headphones",
    "phones", "cameras", "lamps", "chairs", "kitchen", "toys",
)  # fmt: skip
PER_CATEGORY = 10
MADE_AT_US = 1_770_000_000_000_000


def product_id(category: str, number: int) -> str:
    return f"{category}-{number}"


def stocked(category: str, number: int, **more: Any) -> Stocked:
    """Number 0 is the most popular of its category; the categories' bests are equally popular but for their order."""
    return Stocked(
        Product(
            product_id=product_id(category, number),
            title=f"{category.capitalize()} No {number}",
            category=category,
            brand="Acme" if number % 2 else "Zenith",
            description=f"A fine thing of {category}",
            price_cents=1_000 * (number + 1),
            currency="EUR",
            image=f"/pictures/{category}-{number % 8 + 1}.svg",
        ),
        **{"cost_cents": 500 * (number + 1), "on_hand": 20, "popularity": 100.0 - 5 * number} | more,
    )


def all_products() -> list[Stocked]:
    return [stocked(category, number) for category in CATEGORIES for number in range(PER_CATEGORY)]


def small_snapshot(
    folder: Path,
    products: Sequence[Stocked] | None = None,
    *,
    tastes: Mapping[str, Sequence[str]] | None = None,
    churn: Mapping[str, float] | None = None,
    made_at_us: int = MADE_AT_US,
) -> Catalogue:
    write_snapshot(
        folder,
        made_at_us=made_at_us,
        products=all_products() if products is None else products,
        tastes=tastes or {},
        churn=ChurnScores(churn or {}, "churn@1", made_at_us),
    )
    return open_current(folder)


_FOLDER = TemporaryDirectory(prefix="small-shelf-")


@cache
def the_small_snapshot() -> Catalogue:
    """All products, no tastes, no churn scores; made once."""
    return small_snapshot(Path(_FOLDER.name))


class SameCategory:
    """A recommender that knows one thing: who looks at shoes goes on to shoes."""

    def candidates(
        self, recent_product_ids: Sequence[str], k: int, customer_id: str | None = None
    ) -> list[tuple[str, str, float]]:
        found = []
        for rank, recent in enumerate(recent_product_ids):
            category = recent.rpartition("-")[0]
            found += [
                (product_id(category, number), "session", 1.0 / (rank + number + 1)) for number in range(PER_CATEGORY)
            ]
        return sorted(found, key=lambda row: -row[2])[:k]

    def because(self, product_id: str, recent_product_ids: Sequence[str]) -> str | None:
        category = product_id.rpartition("-")[0]
        return next((one for one in recent_product_ids if one.startswith(f"{category}-")), None)


class LinearRisk:
    """A risk that grows with the first column: 10 is certain."""

    def score(self, matrix: np.ndarray) -> np.ndarray:
        return np.clip(matrix[:, 0] / 10, 0, 1)

    def contributions(self, row: np.ndarray) -> np.ndarray:
        return np.concatenate(([row[0] - 5], np.zeros(len(row) - 1), [0.0]))


class Halfway:
    """A demand whose best price lies a twentieth below the list price."""

    def elasticity(self, product_id: str) -> float:
        return -1.8

    def best_price(self, product_id: str, list_price_cents: int, cost_cents: int) -> int:
        return round(list_price_cents * 0.95)


class PlainRows:
    """What PlainStore found; it takes no default, since nothing is told of features here."""

    position = "p0:7"

    def __init__(self, values: dict[str, dict[str, Mapping[str, Any]]], counted_until_us: int | None) -> None:
        self.values, self.counted_until_us = values, counted_until_us
        self.missing = {entity: sum(not row for row in rows.values()) for entity, rows in values.items()}
        self.defaulted = tuple(
            f"{entity}__anything" for entity, rows in values.items() if any(not row for row in rows.values())
        )

    def matrix(self, entity: str, ids: Sequence[str], names: Sequence[str]) -> np.ndarray:
        rows = [[self.values[entity][one].get(name, np.nan) for name in names] for one in ids]
        return np.array(rows, np.float32).reshape(len(ids), len(names))


class PlainStore:
    """A store that answers from a dict and counts round trips; `down` makes it fail as a dead one does."""

    def __init__(self, values: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None) -> None:
        self.values, self.trips, self.down = dict(values or {}), 0, False
        self.counted_until_us: int | None = None

    async def read(self, wanted: Mapping[str, Sequence[str]], use_case: str, at_us: int) -> Any:
        self.trips += 1
        if self.down:
            raise StoreUnavailable("nobody there")
        found = {
            entity: {one: self.values.get(entity, {}).get(one, {}) for one in ids} for entity, ids in wanted.items()
        }
        return PlainRows(found, self.counted_until_us)
