"""Freshness through Flink: from an event accepted by the API to its feature readable, at 500 events a second.

The same events and the same bare consumer as in `freshness`, on Kafka. A tile can be read after the checkpoint that
ends its transaction, so half a checkpoint's interval is in the middle figure and a whole one in the last.
"""

import asyncio
import os
import statistics
import tempfile
from pathlib import Path

from research.benchmarks.freshness import measure
from research.benchmarks.line import BenchLine, quantile
from research.homes import Home, settings_of, stack

from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import StoreSettings

BAR_P99_MS = 2_000.0
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
                ours, bare = asyncio.run(measure(open_log(settings_of(home)), home.ports["api"], store))
    finally:
        for name in SETTINGS:
            del os.environ[name]
    return [
        BenchLine("flink_freshness_p50_ms", statistics.median(ours), statistics.median(bare)),
        BenchLine("flink_freshness_p99_ms", quantile(ours, 0.99), quantile(bare, 0.99), BAR_P99_MS, better="lower"),
    ]
