"""From the log to silver, event by event, on either set: milliseconds until a reader of the table sees it.

Ours is the embedded set, theirs Spark; 100 events a second, the commit settings of a demo.
"""

import json
import os
import statistics
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc
from research.benchmarks.line import BenchLine
from research.homes import Home, settings_of, stack

from tillstream.adapters.log import Log, NewRecord
from tillstream.apps.wiring.event_log import open_log
from tillstream.data.lake import Lake

SECONDS = int(os.environ.get("LATENCY_SECONDS", "60"))
EVENTS_PER_SECOND = 100
_TABLE, _TOPIC = "silver.clicks", "clicks.v1"
_MOST_SECONDS = 120.0


def run() -> list[BenchLine]:
    """p50 and p99 of both."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        measured = [latencies_ms(Home(Path(folder) / name, name)) for name in ("embedded", "distributed")]
    ours, theirs = (statistics.quantiles(one, n=100) for one in measured)
    return [
        BenchLine(f"event_to_silver_p{rank}_ms", ours[rank - 1], theirs[rank - 1], better="lower") for rank in (50, 99)
    ]


def latencies_ms(home: Home) -> list[float]:
    """For each event the time from its append until a reader found it."""
    services = ("kafka", "lake") if home.engines == "distributed" else ("lake",)
    with stack(home, only=services):
        log = open_log(settings_of(home))
        warm = 200
        sent: dict[str, float] = {}
        producing = threading.Thread(target=_produce, args=(log, sent, warm + SECONDS * EVENTS_PER_SECOND))
        producing.start()
        found = _watch(Lake(home.path / "lake"), warm + SECONDS * EVENTS_PER_SECOND)
        producing.join()
        log.close()
    measured = [(found[name] - at) * 1e3 for name, at in sent.items() if int(name[1:]) >= warm]
    return measured


def _produce(log: Log, sent: dict[str, float], count: int) -> None:
    start = time.time()
    for number in range(count):
        time.sleep(max(0.0, start + number / EVENTS_PER_SECOND - time.time()))
        event = {
            "event_id": f"e{number}", "occurred_at": datetime.now(UTC).isoformat(), "visitor_id": f"v{number % 50}",
            "kind": "viewed", "product_id": "p1",
        }  # fmt: skip
        sent[f"e{number}"] = time.time()
        log.append(_TOPIC, [NewRecord(f"v{number % 50}", json.dumps(event).encode())])


def _watch(lake: Lake, count: int) -> dict[str, float]:
    found: dict[str, float] = {}
    version, deadline = None, time.time() + SECONDS + _MOST_SECONDS
    ends: dict[int, int] = {}
    while len(found) < count:
        if time.time() > deadline:
            raise RuntimeError(f"only {len(found)} of {count} events came to {_TABLE}")
        if (now := lake.version(_TABLE)) is None or now == version:
            time.sleep(0.02)
            continue
        version, at = now, time.time()
        least = min(ends.values(), default=0) if len(ends) == 4 else 0
        rows = lake.arrow(_TABLE, ["event_id", "log_partition", "log_offset"], where=pc.field("log_offset") >= least)
        for name, partition, offset in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            found.setdefault(name, at)
            ends[partition] = max(ends.get(partition, 0), offset)
    return found
