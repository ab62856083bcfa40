"""One figure of a benchmark, and how it is printed."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.stats import t


@dataclass(frozen=True, slots=True)
class BenchLine:
    """Ours beside theirs in the unit that the name ends with, and the bar that one of the two must clear.

    `bar_on` says what is compared with the bar: our figure itself or the ratio ours / theirs; `better`
    says which side of the bar is good. No bar: the figure is published only. `interval` holds the ratio with 95 %.
    """

    name: str
    ours: float
    theirs: float | None = None
    bar: float | None = None
    bar_on: Literal["ours", "ratio"] = "ours"
    better: Literal["higher", "lower"] = "higher"
    interval: tuple[float, float] | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over theirs, of paired rounds the middle of its interval; None where there is no counterpart."""
        if self.interval is not None:
            return math.sqrt(self.interval[0] * self.interval[1])
        return self.ours / self.theirs if self.theirs else None

    @property
    def verdict(self) -> str:
        """`ok` or `short`; a short line is published, not hidden."""
        figure = self.ours if self.bar_on == "ours" else self.ratio
        if self.bar is None or figure is None:
            return "ok"
        good = figure >= self.bar if self.better == "higher" else figure <= self.bar
        return "ok" if good else "short"

    def __str__(self) -> str:
        """`bench NAME ours=X theirs=Y ratio=R bar=B ok|short`."""
        figures = {"ours": self.ours, "theirs": self.theirs, "ratio": self.ratio, "bar": self.bar}
        shown = " ".join(f"{name}={'-' if value is None else f'{value:.4g}'}" for name, value in figures.items())
        interval = "" if self.interval is None else f" interval={self.interval[0]:.4g}..{self.interval[1]:.4g}"
        return f"bench {self.name} {shown}{interval} {self.verdict}"


def paired(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    bar: float | None = None,
    better: Literal["higher", "lower"] = "lower",
) -> BenchLine:
    """The medians of rounds in which both were measured one after the other, and the ratio with its interval.

    Both are of the rounds' log ratios, the interval Student's, so what slows a whole round down takes no part in them.
    Medians of different rounds may have another ratio, even one outside the interval.
    """
    logs = [math.log(one / other) for one, other in zip(ours, theirs, strict=True)]
    reach = float(t.ppf(0.975, len(logs) - 1)) * statistics.stdev(logs) / math.sqrt(len(logs))
    middle = statistics.mean(logs)
    interval = math.exp(middle - reach), math.exp(middle + reach)
    medians = statistics.median(ours), statistics.median(theirs)
    return BenchLine(name, *medians, bar=bar, bar_on="ratio", better=better, interval=interval)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
