"""What training a use case gives: the judgement, and the model refitted on the whole log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tillstream.adapters.tracking import Plot
from tillstream.models.datasets.matrices import Slot
from tillstream.models.evaluation.trial import Trial


@dataclass(frozen=True, slots=True)
class Trained:
    """Files and facts of an export before it has a digest."""

    trial: Trial
    slots: Sequence[Slot]
    trained_on: Mapping[str, Any]
    parameters: Mapping[str, str | int | float]
    files: Mapping[str, bytes]
    plots: Sequence[Plot] = field(default_factory=tuple)
