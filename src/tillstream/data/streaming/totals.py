"""What a lake worker or job has done since it started, and the group it reads as."""

from dataclasses import dataclass
from typing import Final

GROUP: Final = "lake"
"""Its place on the log is the last word on what was landed, dead letters too."""


@dataclass(slots=True)
class Totals:
    """Counts; a repeated batch counts its records and adds no rows."""

    records: int = 0
    bronze_rows: int = 0
    silver_rows: int = 0
    dead_letters: int = 0
    batches: int = 0
    dropped_batches: int = 0
