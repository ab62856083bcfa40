"""What is kept of a training run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

CHAMPION: Final = "champion"
"""The alias of the version that serves."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over one pair of axes, drawn as a PNG when the run is written."""

    name: str
    title: str
    x_label: str
    y_label: str
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run; `files` are the export's, `digest` its name in the registry."""

    use_case: str
    digest: str
    version: str
    sentence: str
    promoted: bool
    parameters: Mapping[str, str | int | float]
    metrics: Mapping[str, float]
    plots: Sequence[Plot] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
