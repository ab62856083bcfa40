"""What the API counts; no label ever holds an id."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    """A registry of its own, so that two apps in one process do not share counts."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "tillstream_serving_request_seconds",
            "Time from the request's first byte to the answer's last.",
            ("route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.decisions = Counter(
            "tillstream_serving_decisions_total",
            "Decisions by use case, mode and arm.",
            ("use_case", "mode", "arm"),
            registry=self.registry,
        )
        self.store_reads = Counter(
            "tillstream_serving_store_reads_total",
            "Round trips to the store by how they came out: see below.",
            ("outcome",),
            registry=self.registry,
        )
        self.rows_missing = Counter(
            "tillstream_serving_store_rows_missing_total",
            "Ids that the store does not know: their features take their defaults.",
            ("entity",),
            registry=self.registry,
        )
        self.record_failures = Counter(
            "tillstream_serving_record_failures_total",
            "Decisions that were not given because their record could not be written.",
            registry=self.registry,
        )
        self.swaps = Counter(
            "tillstream_serving_model_swaps_total",
            "Exports that went into service or were refused.",
            ("use_case", "outcome"),
            registry=self.registry,
        )
        self.events = Counter(
            "tillstream_serving_events_total",
            "Events at the door, accepted or rejected.",
            ("outcome",),
            registry=self.registry,
        )
        self.snapshot_age = Gauge(
            "tillstream_serving_snapshot_age_seconds", "Age of the snapshot that serves.", registry=self.registry
        )
        self.unsent = Gauge(
            "tillstream_serving_spool_unsent_records",
            "Records in the spool that the log does not have yet.",
            registry=self.registry,
        )

    def store_read(self, outcome: str, missing: Mapping[str, int]) -> None:
        """Counts a round trip to the store."""
        self.store_reads.labels(outcome).inc()
        for entity, ids in missing.items():
            if ids:
                self.rows_missing.labels(entity).inc(ids)

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)
