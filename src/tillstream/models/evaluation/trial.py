"""What came of judging a model against its baseline on later cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tillstream.adapters.tracking import Plot
from tillstream.models.evaluation.intervals import Interval


@dataclass(frozen=True, slots=True)
class Trial:
    """Ours beside the named baseline, on cases later than all that either was fitted on."""

    use_case: str
    measure: str
    ours: float
    baseline: float
    baseline_name: str
    gain: Interval
    split: Mapping[str, str]
    """Where training ended and the cases begin and end."""
    beside: Mapping[str, float] = field(default_factory=dict)
    """Other measures of the same run."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Risks at which a decision changes; what a probability means depends on how it was trained."""
    plots: Sequence[Plot] = ()
    remark: str = ""
    """A second measure in words, where the field knows the case by it."""

    @property
    def beats(self) -> bool:
        """Whether ours may be promoted."""
        return self.gain.above_zero

    @property
    def sentence(self) -> str:
        """The outcome as people read it."""
        verdict = "promoted" if self.beats else "not promoted: it does not beat its baseline"
        return (
            f"{self.measure} {self.ours:.4f} against {self.baseline:.4f} of {self.baseline_name} on {self.gain.cases} "
            f"cases, difference {self.gain.difference:+.4f} [{self.gain.low:+.4f}, {self.gain.high:+.4f}]"
            f"{f'; {self.remark}' if self.remark else ''}: {verdict}"
        )

    def record(self) -> dict[str, Any]:
        """Its numbers, for manifests and reports."""
        return {
            "measure": self.measure,
            "ours": round(self.ours, 6),
            "baseline": round(self.baseline, 6),
            "baseline_name": self.baseline_name,
            "difference": round(self.gain.difference, 6),
            "interval": [round(self.gain.low, 6), round(self.gain.high, 6)],
            "cases": self.gain.cases,
            "split": dict(self.split),
            "beside": {name: round(value, 6) for name, value in self.beside.items()},
            "thresholds": {name: round(value, 6) for name, value in self.thresholds.items()},
        }
