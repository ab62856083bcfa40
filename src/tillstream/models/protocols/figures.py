"""What a protocol gives."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Measures by name, the plain baseline's beside them, and the number of cases."""

    protocol: str
    ours: Mapping[str, float]
    baseline: Mapping[str, float]
    baseline_name: str
    cases: int

    @property
    def sentence(self) -> str:
        """As people read it."""
        both = [f"{name} {value:.4f} ({self.baseline[name]:.4f})" for name, value in self.ours.items()]
        return f"{self.protocol}: {', '.join(both)}; {self.baseline_name} in brackets, {self.cases} cases"
