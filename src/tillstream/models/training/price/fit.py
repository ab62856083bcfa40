"""Fits demand: looks x product effect x day effect x price ** -elasticity, a Poisson count.

The elasticity of a product leans on its category's, that on the shop's, by normal priors; product and day
effects are free, so only the movement of a product's own price, on days like others, speaks.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillstream.models.datasets.demand import Demand
from tillstream.models.scoring.arrays import bytes_of

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PriceSettings:
    """How far elasticities may differ; standard deviations of the priors."""

    within_category: float = 0.35
    between_categories: float = 0.8
    whole_shop: float = 3.0
    rounds: int = 60
    least_elasticity: float = 0.0
    most_elasticity: float = 6.0


@dataclass(frozen=True, slots=True)
class FittedDemand:
    """The effects; a product that was never looked at has its category's elasticity and no demand."""

    elasticity: Doubles
    of_category: Doubles
    of_shop: float
    product_effect: Doubles
    reference_cents: Doubles
    """The mean price of each product: where the price effect is 1."""

    def expected(self, rows: Demand, *, with_price: bool = True) -> Doubles:
        """The expected count of each row, on an average day."""
        relative = np.log(rows.price_cents / self.reference_cents[rows.product])
        slope = self.elasticity[rows.product] if with_price else 0.0
        expected: Doubles = rows.looks * np.exp(self.product_effect[rows.product] - slope * relative)
        return expected


def fit_demand(rows: Demand, settings: PriceSettings, *, with_price: bool = True) -> FittedDemand:
    """The fitted effects; without price every elasticity is 0."""
    products, categories = len(rows.product_ids), int(rows.category.max(initial=0)) + 1
    days, day = np.unique(rows.day, return_inverse=True)
    looks = np.bincount(rows.product, rows.looks, products)
    reference = np.bincount(rows.product, rows.price_cents * rows.looks, products) / np.maximum(looks, 1e-9)
    reference = np.where(looks > 0, reference, 1.0)
    price = np.log(rows.price_cents / reference[rows.product])
    rate = rows.count.sum() / max(rows.looks.sum(), 1e-9)
    effect, today = np.full(products, np.log(max(rate, 1e-9))), np.zeros(len(days))
    slope, shelf, shop = np.zeros(products), np.zeros(categories), 0.0
    for _ in range(settings.rounds):
        free = rows.looks * np.exp(effect[rows.product] + today[day] - slope[rows.product] * price)
        # One look's worth of the whole shop's rate keeps a product without a sale finite.
        effect += np.log(
            (np.bincount(rows.product, rows.count, products) + rate)
            / (np.bincount(rows.product, free, products) + rate)
        )
        free = rows.looks * np.exp(effect[rows.product] + today[day] - slope[rows.product] * price)
        today += np.log((np.bincount(day, rows.count) + rate) / (np.bincount(day, free) + rate))
        today -= np.average(today, weights=np.bincount(day, rows.looks))
        if not with_price:
            continue
        free = rows.looks * np.exp(effect[rows.product] + today[day] - slope[rows.product] * price)
        slope, shelf, shop = _slopes(rows, free, price, slope, settings)
    return FittedDemand(slope, shelf, shop, effect, reference)


def _slopes(
    rows: Demand, expected: Doubles, price: Doubles, slope: Doubles, settings: PriceSettings
) -> tuple[Doubles, Doubles, float]:
    """One Newton step of the elasticities of shop, categories and products, each leaning on the one above.

    Prices are centred within each product by what is expected, which takes its effect out.
    """
    products, categories = len(rows.product_ids), int(rows.category.max(initial=0)) + 1
    weight = np.bincount(rows.product, expected, products)
    centre = np.bincount(rows.product, expected * price, products) / np.maximum(weight, 1e-12)
    away = price - centre[rows.product]
    push = np.bincount(rows.product, (expected - rows.count) * away, products)
    stiff = np.bincount(rows.product, expected * away**2, products)
    # Each product's data alone say `slope + push / stiff`, with variance 1 / stiff.
    own = slope + np.divide(push, stiff, out=np.zeros(products), where=stiff > 1e-9)
    trust = _precision(stiff, settings.within_category)
    shelf_sum = np.bincount(rows.category, trust * own, categories)
    shelf_weight = np.bincount(rows.category, trust, categories)
    shelf_own = np.divide(shelf_sum, shelf_weight, out=np.zeros(categories), where=shelf_weight > 0)
    shelf_trust = _precision(shelf_weight, settings.between_categories)
    shop = float((shelf_trust * shelf_own).sum() / (shelf_trust.sum() + settings.whole_shop**-2))
    shelf = (shelf_weight * shelf_own + settings.between_categories**-2 * shop) / (
        shelf_weight + settings.between_categories**-2
    )
    hold = settings.within_category**-2
    found = (stiff * own + hold * shelf[rows.category]) / (stiff + hold)
    bounds = (settings.least_elasticity, settings.most_elasticity)
    return np.clip(found, *bounds), np.clip(shelf, *bounds), float(np.clip(shop, *bounds))


def _precision(data: NDArray[Any], spread: float) -> Doubles:
    """What data of this precision say of the mean above, which they scatter around by `spread`."""
    return np.where(data > 1e-9, 1 / (1 / np.maximum(data, 1e-9) + spread**2), 0.0)


def files_of(fitted: FittedDemand, rows: Demand) -> dict[str, bytes]:
    """The files of an export."""
    arrays = {
        "elasticity": fitted.elasticity,
        "base": np.exp(fitted.product_effect),
        "reference_cents": fitted.reference_cents,
    }
    return {
        "products.json": json.dumps(list(rows.product_ids)).encode(),
        "shop.json": json.dumps({"elasticity": fitted.of_shop}).encode(),
        **{f"{name}.npy": bytes_of(values.astype(np.float32)) for name, values in arrays.items()},
    }
