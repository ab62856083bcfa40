"""Trains and judges the fraud model: labels as received by the cut, payments after it."""

import numpy as np

from tillstream.core.contracts import from_micros
from tillstream.core.errors import NotTrained
from tillstream.models.datasets.payments import Payments
from tillstream.models.evaluation.curves import precision_recall
from tillstream.models.evaluation.intervals import paired_bootstrap
from tillstream.models.evaluation.metrics import average_precision, card_precision, ranking_area
from tillstream.models.evaluation.trial import Trial
from tillstream.models.scoring.trees import TREES, FraudScorer
from tillstream.models.training.trees import TreeSettings, fit_trees

DAY_US = 86_400_000_000
FRAUD_TREES = TreeSettings()
CUT = 0.6
"""Share of the log's time after which payments are for judging."""
LEAST_FRAUDS = 8
REVIEW, DECLINE = 0.98, 0.997
"""Quantiles of the later payments' risks above which a payment is reviewed or declined."""


def fit_fraud(payments: Payments, until_us: int, settings: TreeSettings, seed: int) -> dict[str, bytes]:
    """The files of an export from what was known at `until_us`; raises NotTrained below a few frauds."""
    labels = payments.labels(until_us)
    ripe = payments.at_us < until_us - payments.ripe_us
    if labels[ripe].sum() < LEAST_FRAUDS:
        raise NotTrained(
            "fraud", f"{int(labels[ripe].sum())} known frauds by {from_micros(until_us):%Y-%m-%d}: too few"
        )
    names = [slot.name for slot in payments.slots]
    return {TREES: fit_trees(payments.matrix[ripe], labels[ripe], names, settings, seed)}


def try_fraud(payments: Payments, settings: TreeSettings, seed: int) -> Trial:
    """Ours against the amount alone, both on payments after the cut that are old enough to be known."""
    first, last = int(payments.at_us[0]), payments.log_end_us
    cut = first + int((last - first) * CUT)
    scorer = FraudScorer.parse(fit_fraud(payments, cut, settings, seed))
    later = (payments.at_us >= cut) & (payments.at_us < last - payments.ripe_us)
    labels, days = payments.labels(last)[later], payments.at_us[later] // DAY_US
    if labels.sum() < LEAST_FRAUDS:
        raise NotTrained("fraud", f"{int(labels.sum())} frauds after {from_micros(cut):%Y-%m-%d}: too few to judge by")
    ours, plain = scorer.score(payments.matrix[later]), payments.amount_cents[later]
    precision, plain_precision = (card_precision(days, payments.cards[later], labels, risk) for risk in (ours, plain))
    review, decline = np.quantile(ours, [REVIEW, DECLINE])
    return Trial(
        use_case="fraud",
        measure="average precision",
        ours=average_precision(labels, ours),
        baseline=average_precision(labels, plain),
        baseline_name="the amount",
        gain=paired_bootstrap(average_precision, labels, ours, plain, seed),
        split={
            "train_until": from_micros(cut - payments.ripe_us).isoformat(),
            "labels_known_by": from_micros(cut).isoformat(),
            "test_from": from_micros(cut).isoformat(),
            "test_until": from_micros(last - payments.ripe_us).isoformat(),
        },
        beside={
            "auc": ranking_area(labels, ours),
            "auc_of_the_amount": ranking_area(labels, plain),
            "card_precision_100": precision,
            "card_precision_100_of_the_amount": plain_precision,
            "frauds": float(labels.sum()),
        },
        thresholds={"review": float(review), "decline": float(decline)},
        remark=f"card precision@100 {precision:.3f} against {plain_precision:.3f}",
        plots=(precision_recall(labels, {"trees": ours, "the amount": plain}, "Frauds among later payments"),),
    )
