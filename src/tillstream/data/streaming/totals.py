"""What a lake worker or job has done since it started, and the group it reads as."""

from dataclasses import dataclass
from typing import Final

from tillstream.core.telemetry.metric import Metric, Sheet

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
    last_batch_seconds: float = 0.0


METRICS: Final[Sheet[Totals]] = Sheet(
    (
        Metric("tillstream_lake_records_total", "Records of the log that are landed.", lambda t: t.records),
        Metric("tillstream_lake_bronze_rows_total", "Rows added to bronze.", lambda t: t.bronze_rows),
        Metric("tillstream_lake_silver_rows_total", "Rows added to silver.", lambda t: t.silver_rows),
        Metric("tillstream_lake_dead_letters_total", "Dead letters sent.", lambda t: t.dead_letters),
        Metric("tillstream_lake_batches_total", "Batches that are landed.", lambda t: t.batches),
        Metric(
            "tillstream_lake_dropped_batches_total",
            "Batches given up, to be read again: a lost lease or race, or a log away.",
            lambda t: t.dropped_batches,
        ),
        Metric(
            "tillstream_lake_last_batch_seconds", "What the last batch took to land.", lambda t: t.last_batch_seconds
        ),
    ),
    labels=("engine",),
)
"""The same on either set; `engine` is `embedded` or `spark`."""
