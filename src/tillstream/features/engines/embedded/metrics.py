"""What Prometheus reads of the feature worker."""

from typing import Final

from tillstream.core.telemetry.metric import Metric, Sheet
from tillstream.features.engines.embedded.worker import Totals

METRICS: Final[Sheet[Totals]] = Sheet(
    (
        Metric("tillstream_features_events_total", "Valid events, without clicks of bots.", lambda t: t.events),
        Metric("tillstream_features_duplicates_total", "Copies of counted events.", lambda t: t.duplicates),
        Metric(
            "tillstream_features_late_to_batch_total",
            "Times that an event came late, for a released step, and was left to batch.",
            lambda t: t.late_to_batch,
        ),
        Metric(
            "tillstream_features_left_to_batch_total",
            "Times that an event came in time for a step that was released unread, with a backlog.",
            lambda t: t.left_to_batch,
        ),
        Metric("tillstream_features_rejected_events_total", "Records that are no valid event.", lambda t: t.rejected),
        Metric("tillstream_features_tiles_total", "Tiles sent to `feature_updates.v1`.", lambda t: t.tiles),
        Metric("tillstream_features_rows_total", "Rows of entities that these tiles changed.", lambda t: t.rows),
        Metric("tillstream_features_batches_total", "Batches that were counted.", lambda t: t.batches),
        Metric(
            "tillstream_features_dropped_batches_total",
            "Batches given up, to be read again: a lost lease or race.",
            lambda t: t.superseded,
        ),
        Metric(
            "tillstream_features_unknown_records_total",
            "Records of tiles of other definitions, left out of the store.",
            lambda t: t.unknown,
        ),
        Metric(
            "tillstream_features_store_failures_total",
            "Times that the store could not be brought up to date: `down`, `full`, or rows that could not be read, for "
            "which it is filled anew.",
            lambda t: dict(t.store),
            by="outcome",
        ),
        Metric(
            "tillstream_features_released_until_timestamp_seconds",
            "Steps that closed before this instant are batch's.",
            lambda t: t.released_until_us / 1e6,
        ),
    )
)
