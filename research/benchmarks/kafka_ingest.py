"""Kafka to the lake: the embedded lake worker on a broker, against a loop that only consumes.

Both read the same 300,000 clicks (2 % copies) from the same broker. Ours also validates each, writes
bronze and silver and removes copies.
"""

import gc
import statistics
import tempfile
import time
from pathlib import Path

import structlog
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient
from research.benchmarks.line import BenchLine
from research.benchmarks.log_to_silver import EVENTS, TOPIC, event_batches
from research.homes import Home, settings_of, stack

from tillstream.adapters.log import Log
from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import LakeSettings
from tillstream.data.lake import Lake
from tillstream.data.streaming.embedded.lake_worker import LakeWorker

ROUNDS = 3
BAR_RATIO = 0.30
_MOST_SECONDS = 120.0


def run() -> list[BenchLine]:
    """Events a second of both, the median of alternating rounds."""
    gc.set_threshold(500_000, 20, 50)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    bare, ours = [], []
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        home = Home(Path(folder), "distributed")
        with stack(home, only=("kafka",)):
            log = open_log(settings_of(home))
            for records in event_batches(EVENTS):
                log.append(TOPIC, records)
            bootstrap = f"127.0.0.1:{home.ports['kafka']}"
            admin = AdminClient({"bootstrap.servers": bootstrap})
            for number in range(ROUNDS):
                bare.append(EVENTS / consume(bootstrap, f"bare-{number}"))
                ours.append(EVENTS / work(log, Path(folder) / f"lake-{number}"))
                admin.delete_consumer_groups(["lake"])["lake"].result(10)
            log.close()
    name = "kafka_to_silver_events_per_second"
    return [BenchLine(name, statistics.median(ours), statistics.median(bare), BAR_RATIO, bar_on="ratio")]


def consume(bootstrap: str, group: str) -> float:
    """Seconds that a plain consumer takes for all of them, from its first record on."""
    options = {"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest"}
    consumer = Consumer({**options, "enable.auto.commit": False})
    consumer.subscribe([TOPIC])
    seen, started = 0, time.perf_counter()
    deadline = started + _MOST_SECONDS
    while seen < EVENTS and time.perf_counter() < deadline:
        found = len(consumer.consume(10_000, 0.1))
        if not seen:
            started = time.perf_counter()  # joining a group is not consuming
        seen += found
    elapsed = time.perf_counter() - started
    consumer.close()
    _expect(seen)
    return elapsed


def work(log: Log, folder: Path) -> float:
    """Seconds of the whole way, joining the group included."""
    worker = LakeWorker(log, Lake(folder), LakeSettings(), topics=(TOPIC,))
    started = time.perf_counter()
    totals = worker.run(lambda: False, until_caught_up=True)
    elapsed = time.perf_counter() - started
    _expect(totals.bronze_rows)
    return elapsed


def _expect(events: int) -> None:
    if events != EVENTS:
        raise RuntimeError(f"{events} events of {EVENTS} went through: the figure would be of something else")
