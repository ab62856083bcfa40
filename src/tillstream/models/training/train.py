"""Trains one use case: judge the recipe on the log's last part, then fit it on all of the log."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from tillstream.adapters.tracking import Plot
from tillstream.core.contracts import from_micros
from tillstream.models.datasets.customers import read_activity
from tillstream.models.datasets.demand import read_demand
from tillstream.models.datasets.lake_frames import Lake
from tillstream.models.datasets.payments import read_payments
from tillstream.models.datasets.shop_log import read_shop_log
from tillstream.models.scoring.recommend import RecommendSettings
from tillstream.models.training.churn.trial import CHURN_TREES, fit_churn, horizon_of, learned_from, try_churn
from tillstream.models.training.fraud.trial import FRAUD_TREES, fit_fraud, try_fraud
from tillstream.models.training.price.fit import PriceSettings, files_of, fit_demand
from tillstream.models.training.price.trial import try_price
from tillstream.models.training.recommend.fit import fit_recommender
from tillstream.models.training.recommend.trial import try_recommender
from tillstream.models.training.trained import Trained

FOREVER_US: Final = np.iinfo(np.int64).max


def train(use_case: str, lake: Lake, seed: int) -> Trained:
    """The judged and refitted model of a use case; raises NotTrained with the reason."""
    return _RECIPES[use_case](lake, seed)


def _recommend(lake: Lake, seed: int) -> Trained:
    log, settings = read_shop_log(lake), RecommendSettings()
    trial = try_recommender(log, seed)
    last = max(log.sessions[-1].started_us if log.sessions else 0, log.baskets[-1].placed_us if log.baskets else 0)
    return Trained(
        trial=trial,
        slots=(),
        trained_on=_extent(last, sessions=len(log.sessions), baskets=len(log.baskets)),
        parameters=_flat(asdict(settings)),
        files=fit_recommender(log.until(FOREVER_US), settings),
        plots=trial.plots,
    )


def _fraud(lake: Lake, seed: int) -> Trained:
    payments = read_payments(lake)
    trial, end = try_fraud(payments, FRAUD_TREES, seed), payments.log_end_us
    ripe = payments.at_us < end - payments.ripe_us
    frauds = int(payments.labels(end)[ripe].sum())
    return Trained(
        trial=trial,
        slots=payments.slots,
        trained_on=_extent(end, payments=int(ripe.sum()), frauds=frauds),
        parameters=_flat(asdict(FRAUD_TREES)),
        files=fit_fraud(payments, end, FRAUD_TREES, seed),
        plots=trial.plots,
    )


def _churn(lake: Lake, seed: int) -> Trained:
    activity = read_activity(lake)
    trial, horizon = try_churn(lake, activity, CHURN_TREES, seed), horizon_of(activity)
    rows = learned_from(lake, activity, activity.last_us, horizon)
    return Trained(
        trial=trial,
        slots=rows.slots,
        trained_on=_extent(activity.last_us, rows=len(rows.gone), gone=int(rows.gone.sum()), horizon_days=horizon),
        parameters={**_flat(asdict(CHURN_TREES)), "horizon_days": horizon},
        files=fit_churn(rows, CHURN_TREES, seed),
        plots=trial.plots,
    )


def _price(lake: Lake, seed: int) -> Trained:
    del seed  # nothing is drawn
    rows, settings = read_demand(lake), PriceSettings()
    trial, fitted = try_price(rows, settings), fit_demand(rows, settings)
    ranked = np.sort(fitted.elasticity)
    curve = Plot(
        "elasticities",
        "Elasticity of each product, lowest first",
        "products",
        "per cent fewer for one per cent dearer",
        {"product": (list(range(len(ranked))), ranked.tolist())},
    )
    return Trained(
        trial=trial,
        slots=(),
        trained_on=_extent((int(rows.day.max()) + 1) * 86_400_000_000, pieces=int(rows.count.sum())),
        parameters=_flat(asdict(settings)),
        files=files_of(fitted, rows),
        plots=(curve,),
    )


_RECIPES: Final[Mapping[str, Callable[[Lake, int], Trained]]] = {
    "recommend": _recommend,
    "price": _price,
    "churn": _churn,
    "fraud": _fraud,
}


def _extent(until_us: int, **counts: int) -> dict[str, Any]:
    return {"until": from_micros(until_us).isoformat(), **counts}


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str | int | float]:
    """Nested settings by dotted name."""
    flat: dict[str, str | int | float] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value if isinstance(value, int | float) else str(value)
    return flat
