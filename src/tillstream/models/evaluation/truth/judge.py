"""One question to the truth a use case; every answer stands beside a plain baseline's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tillstream.core.errors import NotTrained
from tillstream.data.sources.world.truth import Truth, read_truth
from tillstream.models.datasets.customers import customers_as_of, read_activity
from tillstream.models.datasets.lake_frames import Lake
from tillstream.models.datasets.payments import read_payments
from tillstream.models.evaluation.metrics import ranking_area
from tillstream.models.scoring import (
    USE_CASES,
    ChurnScorer,
    Export,
    FraudScorer,
    PriceScorer,
    RecommendScorer,
    load_export,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How near a model comes to the truth; `better` says which way is good. No numbers where nothing serves."""

    use_case: str
    question: str
    ours: float | None = None
    baseline: float | None = None
    baseline_name: str = ""
    better: str = "higher"
    why_not: str = ""

    @property
    def sentence(self) -> str:
        """As people read it."""
        if self.ours is None or self.baseline is None:
            return f"{self.use_case}: {self.why_not}"
        return (
            f"{self.use_case}: {self.question}: {self.ours:.3f}, {self.baseline_name} {self.baseline:.3f} "
            f"({self.better} is better)"
        )


def judge_all(models: Path, lake: Lake, truth_folder: Path) -> list[Verdict]:
    """A verdict a use case; raises NotFound where no world left its truth."""
    truth, verdicts = read_truth(truth_folder), []
    for use_case in USE_CASES:
        try:
            verdicts.append(_JUDGES[use_case](load_export(models, use_case), lake, truth))
        except NotTrained as nothing:
            verdicts.append(Verdict(use_case, "", why_not=f"not judged: {nothing.why}"))
    return verdicts


def _recommend(export: Export, lake: Lake, truth: Truth) -> Verdict:
    """Of the products that shoppers truly go on to from a product, how many are in as many candidates."""
    del lake
    scorer = RecommendScorer.parse(export.files)
    known = [product for product in truth.products if product.product_id in set(scorer.product_ids)]
    popular = [one.product_id for one in scorer.candidates((), len(scorer.product_ids))]
    shares, plain = [], []
    for product in known:
        wanted = set(product.related)
        found = [one.product_id for one in scorer.candidates([product.product_id], len(wanted) + 1)]
        shares.append(len(wanted.intersection(found[: len(wanted) + 1])) / len(wanted))
        shelf = [one for one in popular if one.rpartition("-")[0] == product.product_id.rpartition("-")[0]]
        plain.append(len(wanted.intersection(shelf[: len(wanted) + 1])) / len(wanted))
    question = "share of the truly related products among the first candidates"
    return Verdict("recommend", question, float(np.mean(shares)), float(np.mean(plain)), "popular on the shelf")


def _price(export: Export, lake: Lake, truth: Truth) -> Verdict:
    """How far the elasticities are off, beside one elasticity for the whole shop."""
    del lake
    scorer = PriceScorer.parse(export.files)
    true = np.array([product.elasticity for product in truth.products])
    ours = np.array([-scorer.elasticity(product.product_id) for product in truth.products])
    one = -scorer.elasticity("")
    return Verdict(
        "price",
        "root mean square error of the elasticities",
        float(np.sqrt(np.mean((ours - true) ** 2))),
        float(np.sqrt(np.mean((one - true) ** 2))),
        "the shop's one",
        "lower",
    )


def _churn(export: Export, lake: Lake, truth: Truth) -> Verdict:
    """Who among the recently seen has truly left by the end of the log."""
    activity = read_activity(lake)
    horizon = int(export.trained_on["horizon_days"])
    rows = customers_as_of(lake, activity, [activity.last_us], horizon)
    left = {one.customer_id for one in truth.customers if one.left_at is not None}
    labels = np.array([float(customer in left) for customer in rows.customer_ids])
    ours = ChurnScorer.parse(export.files).score(rows.matrix)
    recency = ranking_area(labels, rows.quiet_seconds)
    return Verdict("churn", "AUC of having left", ranking_area(labels, ours), recency, "recency")


def _fraud(export: Export, lake: Lake, truth: Truth) -> Verdict:
    """Fraud among the newest payments, whose chargebacks nobody has seen yet."""
    payments = read_payments(lake)
    frauds = {one.payment_id for one in truth.frauds if one.pattern != _HONEST}
    newest = payments.at_us >= payments.log_end_us - payments.ripe_us
    labels = np.array([float(payment in frauds) for payment in payments.payment_ids])[newest]
    ours = FraudScorer.parse(export.files).score(payments.matrix[newest])
    plain = ranking_area(labels, payments.amount_cents[newest])
    return Verdict("fraud", "AUC of true fraud not yet charged back", ranking_area(labels, ours), plain, "the amount")


_HONEST: Final = "friendly_fraud"
"""A shopper's own claim: nothing of the payment gives it away."""
_JUDGES: Final[Mapping[str, Callable[[Export, Lake, Truth], Verdict]]] = {
    "recommend": _recommend,
    "price": _price,
    "churn": _churn,
    "fraud": _fraud,
}
