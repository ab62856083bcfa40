"""One figure of a benchmark, and how it is printed."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BenchLine:
    """Ours beside theirs in the unit that the name ends with, and the bar that one of the two must clear.

    `bar_on` says what is compared with the bar: our figure itself or the ratio ours / theirs; `better`
    says which side of the bar is good. No bar: the figure is published only.
    """

    name: str
    ours: float
    theirs: float | None = None
    bar: float | None = None
    bar_on: Literal["ours", "ratio"] = "ours"
    better: Literal["higher", "lower"] = "higher"

    @property
    def ratio(self) -> float | None:
        """Ours over theirs; None where there is no counterpart."""
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
        return f"bench {self.name} {shown} {self.verdict}"
