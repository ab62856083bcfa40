"""Freshness: from an event sent to the API to its feature readable in the store, at 500 events a second.

The counterpart is a bare consumer of the same log that only notes when it saw the event. Both watch the same run of a
whole stack (Valkey, both workers, API) in a temporary home, so each event is measured on both sides; the run's parts
are the rounds of the interval. Memory of each process is told too, and the rate that was reached: two cores are shared
with the measuring, so ten events come in a request and the store is looked at a hundred times a second.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import uuid4

import httpx
from research.benchmarks.line import BenchLine, paired, quantile

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.store import ReadingStore
from tillstream.core.errors import StoreUnavailable
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import features_named
from tillstream.features.online import FeatureReader

EVENTS_PER_SECOND, SECONDS, WARM_SECONDS, PARTS = 500, 100, 4, 10
AT_ONCE = 2_000
"""Visitors asked for in one read: more than wait, unless readers of the store are far behind."""
SENDERS, EVENTS_A_REQUEST = 8, 10
BAR_P99_MS = 200.0
CLI = [sys.executable, "-m", "tillstream.apps.cli.main"]


def run() -> list[BenchLine]:
    """p50 and p99 in milliseconds of both, and the resident megabytes of every process of the stack."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder, stack(Path(folder)) as (api, store):
        seen = asyncio.run(measure(SqliteLog(Path(folder) / "log"), api, store))
        memory = memory_of_services()
    shares = {"p50": 0.5, "p99": 0.99}
    return [
        *(of_parts(f"freshness_{name}_ms", seen.readable, seen.bare, share) for name, share in shares.items()),
        BenchLine("freshness_events_per_second", seen.per_second, EVENTS_PER_SECOND),
        *(BenchLine(f"memory_{name}_mb", resident / 2**20) for name, resident in memory.items()),
    ]


def of_parts(name: str, ours: Sequence[float], bare: Sequence[float], share: float) -> BenchLine:
    """That quantile of all events, and the interval of its ratio over the run's parts."""
    size = len(ours) // PARTS
    parts = [slice(start, start + size) for start in range(0, size * PARTS, size)]
    line = paired(name, *([quantile(side[part], share) for part in parts] for side in (ours, bare)))
    bar = BAR_P99_MS if name == "freshness_p99_ms" else None
    figures = quantile(ours, share), quantile(bare, share)
    return BenchLine(name, *figures, bar, better="lower", interval=line.interval)


@contextmanager
def stack(home: Path) -> Iterator[tuple[int, StoreSettings]]:
    """A stack without the scheduler in that home; the API's port and where the store is."""
    ports = [free_port(), free_port()]
    os.environ |= {
        "TILLSTREAM_HOME": str(home),
        "TILLSTREAM_SERVING__PORT": str(ports[0]),
        "TILLSTREAM_STORE__PORT": str(ports[1]),
        "TILLSTREAM_LAKE__COMMIT_SECONDS": "1",
    }
    subprocess.run([*CLI, "stack", "up", "--detach", "--without", "scheduler"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield ports[0], StoreSettings(port=ports[1], deadline_ms=500)
    finally:
        subprocess.run([*CLI, "stack", "down"], check=True, stdout=subprocess.DEVNULL)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def memory_of_services() -> dict[str, int]:
    """Resident bytes of each service, as the stack reports them."""
    told = subprocess.run([*CLI, "stack", "status", "--json"], check=True, capture_output=True, text=True).stdout
    return {one["name"]: one["memory_bytes"] for one in json.loads(told)["services"]}


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds of each event after warm-up, and what the run was."""

    readable: list[float]
    bare: list[float]
    """From sent to seen by a bare consumer."""
    cold_seconds: float
    """The longest that an event of the warm-up took to be readable."""
    per_second: float
    """Events after warm-up, as they were sent."""


async def measure(
    log: Log,
    port: int,
    store: StoreSettings,
    *,
    warm_seconds: int = WARM_SECONDS,
    look_seconds: float = 0.01,
) -> Seen:
    """How long events take, looked for so often; those of the first seconds told apart."""
    sent: dict[str, float] = {}
    waiting: dict[str, None] = {}
    readable: dict[str, float] = {}
    seen: dict[str, float] = {}
    stop = threading.Event()
    watcher = threading.Thread(target=watch_log, args=(log, seen, stop), daemon=True)  # or Ctrl-C waits for it
    watcher.start()
    reading = asyncio.create_task(watch_store(store, waiting, readable, look_seconds))
    await send(port, sent, waiting, EVENTS_PER_SECOND * (SECONDS + warm_seconds))
    until = time.monotonic() + 10
    while len(readable) < len(sent) and time.monotonic() < until:
        await asyncio.sleep(0.05)
    reading.cancel()
    stop.set()
    watcher.join()
    if missing := set(sent) - set(readable):
        raise RuntimeError(f"{len(missing)} of {len(sent)} events never became readable")
    warm, counted = list(sent)[: EVENTS_PER_SECOND * warm_seconds], list(sent)[EVENTS_PER_SECOND * warm_seconds :]
    ours, bare = ([(at[name] - sent[name]) * 1_000 for name in counted] for at in (readable, seen))
    cold_seconds = max(readable[name] - sent[name] for name in warm)
    return Seen(ours, bare, cold_seconds, len(counted) / (sent[counted[-1]] - sent[counted[0]]))


async def send(port: int, sent: dict[str, float], waiting: dict[str, None], total: int) -> None:
    """Requests evenly spaced, each event of a visitor of its own; notes when it was sent."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        begun = time.monotonic()

        async def sender(first: int) -> None:
            for number in range(first * EVENTS_A_REQUEST, total, SENDERS * EVENTS_A_REQUEST):
                await asyncio.sleep(max(0.0, begun + number / EVENTS_PER_SECOND - time.monotonic()))
                lines = {f"v-{uuid4().hex[:12]}": number + more for more in range(EVENTS_A_REQUEST)}
                body = b"\n".join(view_of(visitor, at) for visitor, at in lines.items())
                sent.update(dict.fromkeys(lines, time.monotonic()))
                answer = await client.post("/v1/events", content=body, headers={"Content-Type": "application/x-ndjson"})
                answer.raise_for_status()
                waiting.update(dict.fromkeys(lines))

        await asyncio.gather(*(sender(first) for first in range(SENDERS)))


def view_of(visitor_id: str, number: int) -> bytes:
    """A line of NDJSON: the visitor looks at a product."""
    event = {
        "event_id": uuid4().hex,
        "occurred_at": datetime.now(UTC).isoformat(),
        "visitor_id": visitor_id,
        "kind": "viewed",
        "product_id": f"p{number % 500}",
    }
    return json.dumps({"topic": "clicks.v1", "event": event}).encode()


async def watch_store(
    settings: StoreSettings, waiting: dict[str, None], readable: dict[str, float], look_seconds: float
) -> None:
    """Asks for the visitors that wait, over and over, and notes when their view counts."""
    reader, features = FeatureReader(ReadingStore(settings)), features_named(["visitor__views_1h"])
    while True:
        await asyncio.sleep(look_seconds)
        asked = list(islice(waiting, AT_ONCE))
        if not asked:
            continue
        try:
            rows = await reader.read({"visitor": asked}, features, time.time_ns() // 1000)
        except StoreUnavailable:
            continue
        now = time.monotonic()
        for name in asked:
            if rows.values["visitor"][name]["visitor__views_1h"]:
                readable[name] = now
                del waiting[name]


def watch_log(log: Log, seen: dict[str, float], stop: threading.Event) -> None:
    """The bare consumer: notes when each visitor's event came off the log."""
    consumer = log.consumer("bench", ["clicks.v1"])
    while not stop.is_set():
        for record in consumer.poll(1000, 0.05):
            seen.setdefault(record.key, time.monotonic())
    consumer.close()
    log.close()
