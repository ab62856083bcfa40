"""Is ours better than the baseline on the same cases, or is it luck?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillstream.models.scoring.rows import Rows

Z_CONFIDENCE = 2.81
"""Standard errors on each side: 99.5 %, so that of many models judged hardly one is promoted by luck."""
REPLICATES = 400

Measure = Callable[[NDArray[Any], NDArray[Any]], float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference with its interval; above 0 ours is better."""

    difference: float
    low: float
    high: float
    cases: int

    @property
    def above_zero(self) -> bool:
        """Whether ours is better beyond luck; false where the interval is not a number."""
        return self.low > 0


def paired_interval(differences: NDArray[Any]) -> Interval:
    """The interval of the mean of per-case differences; infinite below two cases."""
    count = len(differences)
    if count < 2:
        return Interval(float("nan"), float("-inf"), float("inf"), count)
    mean = float(differences.mean())
    half = Z_CONFIDENCE * float(differences.std(ddof=1)) / count**0.5
    return Interval(mean, mean - half, mean + half, count)


def paired_bootstrap(
    measure: Measure,
    labels: NDArray[Any],
    ours: NDArray[Any],
    baseline: NDArray[Any],
    seed: int,
    groups: NDArray[Any] | None = None,
) -> Interval:
    """The interval of measure(ours) - measure(baseline), both on the same draws of cases.

    Cases of one group (a customer judged twice) are drawn together; the width is the draws' standard error.
    """
    if min(int((labels > 0).sum()), int((labels <= 0).sum())) < 2:
        return Interval(float("nan"), float("-inf"), float("inf"), len(labels))
    random = np.random.default_rng(seed)
    _, codes = np.unique(np.arange(len(labels)) if groups is None else groups, return_inverse=True)
    members = np.argsort(codes, kind="stable")
    rows_of = Rows.of_lengths(np.bincount(codes))
    drawn = []
    for _ in range(REPLICATES):
        places, _ = rows_of.places(random.integers(0, len(rows_of), len(rows_of)))
        rows = members[places]
        drawn.append(measure(labels[rows], ours[rows]) - measure(labels[rows], baseline[rows]))
    difference = measure(labels, ours) - measure(labels, baseline)
    half = Z_CONFIDENCE * float(np.nanstd(drawn, ddof=1))
    return Interval(difference, difference - half, difference + half, len(labels))
