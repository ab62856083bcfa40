"""Log to silver: the lake worker against a loop that only polls and decodes, onto a table of 5,000,000 rows.

Both read the same 300,000 clicks (2 % copies, 1 % late by up to two days) from the same SQLite log
with the same collector settings. Ours also writes bronze, removes copies and writes silver.
"""

import gc
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import structlog
from research.benchmarks.line import BenchLine

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import decoder_of, to_micros
from tillstream.core.settings import LakeSettings
from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.upkeep import compact
from tillstream.data.lake.writing import TableWriter
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.embedded.landing import FAST

TABLE_ROWS, TABLE_DAYS = 5_000_000, 60
EVENTS = 300_000
ROUNDS = 3
BAR_EVENTS_PER_SECOND = 80_000
TOPIC = "clicks.v1"
END = datetime(2026, 3, 1, tzinfo=UTC)


def run() -> list[BenchLine]:
    """Events a second of both, the median of alternating rounds."""
    gc.set_threshold(500_000, 20, 50)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        root = Path(folder)
        make_table(Lake(root / "seed"))
        log = SqliteLog(root / "log")
        for records in event_batches(EVENTS):
            log.append(TOPIC, records)
        bare, ours = [], []
        for number in range(ROUNDS):
            bare.append(EVENTS / poll_and_decode(log, f"bare-{number}"))
            ours.append(EVENTS / work(log, root, number))
        log.close()
    name = "log_to_silver_events_per_second"
    return [BenchLine(name, statistics.median(ours), statistics.median(bare), BAR_EVENTS_PER_SECOND)]


def poll_and_decode(log: SqliteLog, group: str) -> float:
    """Seconds that polling and decoding alone take."""
    decode, consumer, seen = decoder_of(TOPIC).decode, log.consumer(group, [TOPIC]), 0
    started = time.perf_counter()
    while records := consumer.poll(10_000, 0.0):
        for record in records:
            decode(record.value)
        seen += len(records)
    elapsed = time.perf_counter() - started
    consumer.close()
    _expect(seen)
    return elapsed


def work(log: SqliteLog, root: Path, number: int) -> float:
    """Seconds of the whole way, on a fresh copy of the table."""
    lake = root / f"lake-{number}"
    shutil.copytree(root / "seed", lake, copy_function=os.link)  # Delta never changes a file
    (log_groups := root / "log" / "groups").mkdir(exist_ok=True)
    for file in log_groups.glob("lake.db*"):
        file.unlink()
    worker = LakeWorker(log, Lake(lake), LakeSettings(), topics=(TOPIC,))
    started = time.perf_counter()
    totals = worker.run(lambda: False, until_caught_up=True)
    elapsed = time.perf_counter() - started
    _expect(totals.bronze_rows)
    shutil.rmtree(lake)
    return elapsed


def _expect(events: int) -> None:
    if events != EVENTS:
        raise RuntimeError(f"{events} events of {EVENTS} went through: the figure would be of something else")


def make_table(lake: Lake) -> None:
    """A silver table of many days, compacted."""
    definition = definition_of("silver.clicks")
    writer = TableWriter(lake, definition, FAST)
    values = {
        "event_id": "CAST(uuid() AS VARCHAR)",
        "occurred_at": "moment",
        "received_at": "moment",
        "visitor_id": "'v' || (n % 50000)",
        "kind": "'viewed'",
        "product_id": "'p' || (n % 600)",
        "category": "'shoes'",
        "duration_ms": "n % 9000",
        "page": "'/products/p' || (n % 600)",
        "device_type": "'phone'",
        "log_id": "'seed'",
        "log_partition": "n % 4",
        "log_offset": "n",
        "occurred_on": "CAST(moment AS DATE)",
    }
    columns = ", ".join(f"{values.get(name, 'NULL')} AS {name}" for name in definition.schema.names)
    step = TABLE_ROWS // 5
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        for first in range(0, TABLE_ROWS, step):
            seconds = f"CAST(n * {TABLE_DAYS * 86_400 / TABLE_ROWS} AS BIGINT)"
            moment = f"TIMESTAMPTZ '{END - timedelta(days=TABLE_DAYS)}' + to_seconds({seconds}) AS moment"
            rows = session.sql(
                f"SELECT {columns} FROM (SELECT n, {moment} FROM range({first}, {first + step}) AS r(n))"
            )
            writer.append(rows.to_arrow_table().cast(definition.schema), {"seed": first + step})
    compact(lake, definition.name)


def event_batches(count: int) -> Iterator[list[NewRecord]]:
    """Clicks at the table's own rate, up to its end."""
    draw = random.Random(7)
    length = timedelta(days=TABLE_DAYS * count / TABLE_ROWS)
    sent: list[NewRecord] = []
    batch: list[NewRecord] = []
    for number in range(count):
        if sent and draw.random() < 0.02:
            record = draw.choice(sent)
        else:
            record = _click(draw, END - length + length * (number / count))
            if draw.random() < 0.05:
                sent.append(record)
        batch.append(record)
        if len(batch) == 20_000 or number == count - 1:
            yield batch
            batch = []


def _click(draw: random.Random, received_at: datetime) -> NewRecord:
    occurred_at = received_at - timedelta(seconds=draw.randrange(2 * 86_400) if draw.random() < 0.01 else 1)
    event = {
        "event_id": f"{draw.getrandbits(128):032x}",
        "occurred_at": occurred_at.isoformat(),
        "visitor_id": f"v{draw.randrange(50_000)}",
        "kind": draw.choice(["viewed", "hovered", "scrolled", "cart_added"]),
        "product_id": f"p{draw.randrange(600)}",
        "category": "shoes",
        "duration_ms": draw.randrange(9_000),
        "page": "/products/p12",
        "device_type": "phone",
        "browser": "Firefox",
        "country": "DE",
        "region": "north",
    }
    return NewRecord(str(event["visitor_id"]), json.dumps(event).encode(), {RECEIVED_AT: str(to_micros(received_at))})


if __name__ == "__main__":
    for line in run():
        sys.stdout.write(f"{line}\n")
