"""What Prometheus reads of the streaming jobs."""

from typing import Any, Final

from tillstream.core.telemetry.metric import Metric, Sheet
from tillstream.data.streaming.embedded.keyed_worker import KeyedWorker
from tillstream.data.streaming.logic.watermark import NEVER


def _watermark_seconds(worker: KeyedWorker[Any, Any]) -> float:
    return float("nan") if worker.watermark_ms == NEVER else worker.watermark_ms / 1000


METRICS: Final[Sheet[KeyedWorker[Any, Any]]] = Sheet(
    (
        Metric(
            "tillstream_streaming_events_total",
            "Valid events that were read; those of a dropped batch again.",
            lambda worker: worker.totals.events,
        ),
        Metric(
            "tillstream_streaming_late_events_total",
            "Of these, events that came after the watermark had passed them: left to `streaming correct`.",
            lambda worker: worker.totals.late,
        ),
        Metric(
            "tillstream_streaming_rejected_events_total",
            "Records that are no valid event; the lake makes dead letters of them.",
            lambda worker: worker.totals.rejected,
        ),
        Metric(
            "tillstream_streaming_told_records_total",
            "Records sent to the job's topic: revisions of sessions, or alerts.",
            lambda worker: worker.totals.records,
        ),
        Metric(
            "tillstream_streaming_commits_total",
            "Commits of state, output and offsets.",
            lambda worker: worker.totals.commits,
        ),
        Metric(
            "tillstream_streaming_dropped_batches_total",
            "Batches given up, to be read again.",
            lambda worker: worker.totals.dropped,
        ),
        Metric(
            "tillstream_streaming_open_keys",
            "Keys that have a state: visitors, or a pattern's customers, cards and devices.",
            lambda worker: worker.open_keys,
        ),
        Metric(
            "tillstream_streaming_watermark_timestamp_seconds",
            "How far event time has come; NaN before the first event.",
            _watermark_seconds,
        ),
    ),
    labels=("job",),
)
