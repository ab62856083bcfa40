"""Judges demand with a price effect against the same without, on the log's last days."""

import numpy as np

from tillstream.core.contracts import from_micros
from tillstream.core.errors import NotTrained
from tillstream.models.datasets.demand import Demand
from tillstream.models.evaluation.intervals import paired_interval
from tillstream.models.evaluation.metrics import poisson_gain
from tillstream.models.evaluation.trial import Trial
from tillstream.models.training.price.fit import PriceSettings, fit_demand

LATER = 0.4
"""Share of the days that is kept back."""
LEAST_DAYS, LEAST_SOLD = 5, 50
DAY_US = 86_400_000_000


def try_price(rows: Demand, settings: PriceSettings) -> Trial:
    """Ours against product effects alone: log-likelihood of each product's later days, a case a product."""
    days = np.unique(rows.day)
    if len(days) < LEAST_DAYS or rows.count.sum() < LEAST_SOLD:
        raise NotTrained("price", f"{len(days)} days with {int(rows.count.sum())} pieces in this log: too few")
    cut = days[int(len(days) * (1 - LATER))]
    before, after = rows.take(rows.day < cut), rows.take(rows.day >= cut)
    fitted = fit_demand(before, settings)
    known = (np.bincount(before.product, minlength=len(rows.product_ids)) > 0)[after.product]
    after = after.take(known)
    plain = fit_demand(before, settings, with_price=False)
    ours = poisson_gain(after.count, _at_the_level(fitted.expected(after), after))
    without = poisson_gain(after.count, _at_the_level(plain.expected(after, with_price=False), after))
    by_product = np.bincount(after.product, ours - without)
    by_product = by_product[np.bincount(after.product) > 0]
    sold = after.count.sum()
    return Trial(
        use_case="price",
        measure="log-likelihood a piece sold",
        ours=float(ours.sum() / sold),
        baseline=float(without.sum() / sold),
        baseline_name="no price effect",
        gain=paired_interval(by_product),
        split={
            "train_until": from_micros(int(cut) * DAY_US).isoformat(),
            "test_until": from_micros((int(days[-1]) + 1) * DAY_US).isoformat(),
        },
        beside={
            "elasticity_of_the_shop": fitted.of_shop,
            "pieces": float(sold),
            "products": float(len(by_product)),
        },
    )


def _at_the_level(expected: np.ndarray, rows: Demand) -> np.ndarray:
    """Scaled to each later day's total: how much is sold in all on a day is not what is judged."""
    _, day = np.unique(rows.day, return_inverse=True)
    return expected * (np.bincount(day, rows.count) / np.maximum(np.bincount(day, expected), 1e-9))[day]
