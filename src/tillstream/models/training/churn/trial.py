"""Trains and judges the churn model on customers as of several dates."""

import numpy as np

from tillstream.core.contracts import from_micros
from tillstream.core.errors import NotTrained
from tillstream.models.datasets.customers import DAY_US, Activity, CustomersAsOf, customers_as_of
from tillstream.models.datasets.lake_frames import Lake
from tillstream.models.evaluation.curves import reached
from tillstream.models.evaluation.intervals import paired_bootstrap
from tillstream.models.evaluation.metrics import average_precision, ranking_area
from tillstream.models.evaluation.trial import Trial
from tillstream.models.scoring.trees import TREES, ChurnScorer
from tillstream.models.training.trees import TreeSettings, fit_trees

CHURN_TREES = TreeSettings(
    num_leaves=4,
    learning_rate=0.03,
    rounds=150,
    min_data_in_leaf=60,
    feature_fraction=0.5,
    rising=("customer__seconds_since_click",),
)
LONGEST_HORIZON_DAYS, HORIZON_SHARE = 28, 6
"""The horizon is a sixth of the log, at most four weeks."""
STEP_DAYS, WARM_UP_DAYS = 1, 7
"""Days between dates, and before the first one."""
LEAST_GONE = 20
TEST_DATES, TEST_STEP_DAYS = 4, 2
"""Dates that are judged, days apart: the same customers, but other weeks of theirs."""


def horizon_of(activity: Activity) -> int:
    """Days without an action after which a customer counts as gone."""
    days = (activity.last_us - activity.first_us) // DAY_US
    horizon = min(LONGEST_HORIZON_DAYS, days // HORIZON_SHARE)
    if horizon < 3:
        raise NotTrained("churn", f"the log covers {days} days; {3 * HORIZON_SHARE} are needed")
    return int(horizon)


def dates_between(first_us: int, last_us: int) -> list[int]:
    """Dates a few days apart, the last one `last_us`, oldest first."""
    count = max(0, (last_us - first_us) // (STEP_DAYS * DAY_US) + 1)
    return [int(last_us - back * STEP_DAYS * DAY_US) for back in range(count)][::-1]


def fit_churn(rows: CustomersAsOf, settings: TreeSettings, seed: int) -> dict[str, bytes]:
    """The files of an export; raises NotTrained where too few left or too few stayed."""
    gone = int(rows.gone.sum())
    if min(gone, len(rows.gone) - gone) < LEAST_GONE:
        raise NotTrained("churn", f"{gone} of {len(rows.gone)} customers left in this log: too few of one kind")
    names = [slot.name for slot in rows.slots]
    return {TREES: fit_trees(rows.matrix, rows.gone, names, settings, seed)}


def learned_from(lake: Lake, activity: Activity, known_by_us: int, horizon_days: int) -> CustomersAsOf:
    """Customers as of all dates whose horizon had passed by `known_by_us`."""
    first = activity.first_us + WARM_UP_DAYS * DAY_US
    dates = dates_between(first, known_by_us - horizon_days * DAY_US)
    if not dates:
        raise NotTrained("churn", f"no date has {WARM_UP_DAYS} days before it and {horizon_days} after it in this log")
    return customers_as_of(lake, activity, dates, horizon_days)


def try_churn(lake: Lake, activity: Activity, settings: TreeSettings, seed: int) -> Trial:
    """Ours against the days of quiet, on the newest dates whose horizon has passed.

    Training ends a horizon before the first of them, so no label reaches into the test.
    """
    horizon = horizon_of(activity)
    last = activity.last_us - horizon * DAY_US
    dates = [last - back * TEST_STEP_DAYS * DAY_US for back in range(TEST_DATES)][::-1]
    scorer = ChurnScorer.parse(fit_churn(learned_from(lake, activity, dates[0], horizon), settings, seed))
    test = customers_as_of(lake, activity, dates, horizon)
    ours = scorer.score(test.matrix)
    medium, high = np.quantile(ours, [0.8, 0.95])
    return Trial(
        use_case="churn",
        measure=f"AUC of not coming back within {horizon} days",
        ours=ranking_area(test.gone, ours),
        baseline=ranking_area(test.gone, test.quiet_seconds),
        baseline_name="recency",
        gain=paired_bootstrap(ranking_area, test.gone, ours, test.quiet_seconds, seed, np.array(test.customer_ids)),
        split={
            "train_until": from_micros(dates[0]).isoformat(),
            "test_from": from_micros(dates[0]).isoformat(),
            "test_until": from_micros(activity.last_us).isoformat(),
        },
        beside={
            "average_precision": average_precision(test.gone, ours),
            "average_precision_of_recency": average_precision(test.gone, test.quiet_seconds),
            "gone": float(test.gone.sum()),
        },
        thresholds={"medium": float(medium), "high": float(high)},
        plots=(reached(test.gone, {"trees": ours, "recency": test.quiet_seconds}, "Who does not come back"),),
    )
