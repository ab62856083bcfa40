"""The jobs of the embedded set, as data: a command and how often it runs."""

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0
HOUR: Final = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Job:
    """A `tillstream …` command that runs to its end, `every_seconds` after it last ended, one job at a time."""

    name: str
    command: tuple[str, ...]
    every_seconds: float
    first_seconds: float
    """The wait before its first run of a stack."""
    most_seconds: float = 15 * MINUTE
    """A run that takes longer is ended and counts as failed."""


JOBS: Final = (
    Job("gold", ("tillstream", "lake", "gold"), every_seconds=MINUTE, first_seconds=MINUTE),
    Job("correct", ("tillstream", "streaming", "correct"), every_seconds=10 * MINUTE, first_seconds=3.5 * MINUTE),
    Job("release", ("tillstream", "features", "release"), every_seconds=5 * MINUTE, first_seconds=2 * MINUTE),
    Job("snapshot", ("tillstream", "decisions", "snapshot"), every_seconds=10 * MINUTE, first_seconds=3 * MINUTE),
    Job("score-churn", ("tillstream", "decisions", "score-churn"), every_seconds=HOUR, first_seconds=4 * MINUTE),
    Job("compaction", ("tillstream", "lake", "compact"), every_seconds=10 * MINUTE, first_seconds=5 * MINUTE),
    Job("lake-retention", ("tillstream", "lake", "retention"), every_seconds=6 * HOUR, first_seconds=30 * MINUTE),
    Job("log-retention", ("tillstream", "ingestion", "retention"), every_seconds=6 * HOUR, first_seconds=35 * MINUTE),
)
