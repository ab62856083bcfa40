"""Freshness through Flink: from an event accepted by the API to its feature readable, at 500 events a second.

The same events and the same bare consumer as in `freshness`, on Kafka. A tile can be read after the checkpoint that
ends its transaction, so half a checkpoint's interval is in the middle figure and a whole one in the last. The job has
just begun when the first event comes; its first minute, in which Java and Python's workers get warm and what waited
meanwhile is worked off, is told apart, and so is the rate. Two cores are shared with the measuring, so that this takes
little of them: ten events come in a request, and the store is looked at twenty times a second.
"""

import asyncio
import os
import statistics
import tempfile
from pathlib import Path

from research.benchmarks.freshness import EVENTS_PER_SECOND, measure
from research.benchmarks.line import BenchLine, quantile
from research.homes import Home, settings_of, stack

from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import StoreSettings

BAR_P99_MS = 2_000.0
WARM_SECONDS = 60
SERVICES = ("kafka", "valkey", "jobmanager", "taskmanager", "streaming", "features", "api")
SETTINGS = {"TILLSTREAM_ENGINES__LIVE_FEATURES": "flink"}


def run() -> list[BenchLine]:
    """p50 and p99 in milliseconds of both."""
    os.environ |= SETTINGS
    try:
        with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
            home = Home(Path(folder) / "home", "distributed")
            with stack(home, only=SERVICES):
                store = StoreSettings(port=home.ports["store"], deadline_ms=500)
                log = open_log(settings_of(home))
                measuring = measure(log, home.ports["api"], store, warm_seconds=WARM_SECONDS, look_seconds=0.05)
                seen = asyncio.run(measuring)
    finally:
        for name in SETTINGS:
            del os.environ[name]
    ours, bare = seen.readable, seen.bare
    return [
        BenchLine("flink_freshness_p50_ms", statistics.median(ours), statistics.median(bare)),
        BenchLine("flink_freshness_p99_ms", quantile(ours, 0.99), quantile(bare, 0.99), BAR_P99_MS, better="lower"),
        BenchLine("flink_freshness_cold_seconds", seen.cold_seconds, better="lower"),
        BenchLine("flink_freshness_events_per_second", seen.per_second, EVENTS_PER_SECOND),
    ]
