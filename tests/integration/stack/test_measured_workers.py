"""What Prometheus reads of running workers is what they did; a port that is taken ends none of them."""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from tests.integration.features.conftest import Server, server
from tests.integration.lake.victims import tillstream
from tests.integration.stack.scraping import numbers
from tests.integration.stack.test_stack_commands import free_port
from tests.oracle.sending import START, draw
from tests.shop import new_record, payment

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.streaming import JOBS
from tillstream.core.contracts import LAKE_TOPICS, decoder_of
from tillstream.core.contracts.bots import is_bot
from tillstream.data.lake import Lake
from tillstream.data.streaming.logic import sessions
from tillstream.data.streaming.logic.patterns import row as patterns
from tillstream.features.definitions import default_schema

pytestmark = [pytest.mark.services, pytest.mark.timeout(240)]

SENT = list(draw(5, 3_000))
QUICK = [payment(f"q{n}", START + timedelta(days=3, minutes=n), 900, card_id="stolen") for n in range(4)]
"""Enough for an alert."""
WAIT_SECONDS = 90.0
DAY = 86_400
__all__ = ["server"]


@dataclass
class Workers:
    """Workers of one home, each on a metrics port that is free."""

    home: Path
    store_port: int
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("lake", "features", "streaming")}
    )
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        environment = {
            **os.environ,
            "TILLSTREAM_HOME": str(self.home),
            "TILLSTREAM_STORE__PORT": str(self.store_port),
            "TILLSTREAM_LAKE__COMMIT_SECONDS": "0.5",
            "TILLSTREAM_LOG__LEASE_SECONDS": "1",
            "TILLSTREAM_STREAMING__IDLE_SECONDS": "1",
            **{f"TILLSTREAM_METRICS__{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
        }
        with (self.home / f"{words[0]}.log").open("ab") as said:
            worker = subprocess.Popen(tillstream(*words), env=environment, cwd=self.home, stdout=said, stderr=said)
        self.started.append(worker)
        return worker

    def said(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text()

    def wait_for(self, true: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while not true():
            assert all(one.poll() in (None, -9) for one in self.started), [
                path.read_text()[-2000:] for path in self.home.glob("*.log")
            ]
            assert time.monotonic() < until, {name: numbers(port) for name, port in self.ports.items()}
            time.sleep(0.1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    opened = SqliteLog(tmp_path / "log")
    for one in SENT:
        opened.append(one.topic, [NewRecord(one.key, one.value, {RECEIVED_AT: str(one.received_at_us)})])
    opened.append("payments.v1", [new_record("payments.v1", one) for one in QUICK])
    yield opened
    opened.close()


@pytest.fixture
def workers(tmp_path: Path, server: Server) -> Iterator[Workers]:
    one = Workers(tmp_path, server.settings.port)
    yield one
    for worker in one.started:
        with suppress(ProcessLookupError):
            worker.kill()
        worker.wait()


def records(log: SqliteLog, *topics: str) -> int:
    return sum(sum(log.end_offsets(topic).values()) for topic in topics)


def rows(lake: Lake, layer: str) -> int:
    return sum(lake.arrow(name).num_rows for name in lake.tables() if name.startswith(layer))


def a_late_one(topic: str) -> NewRecord:
    """An event that nobody has seen, of the first day."""
    like = next(one for one in SENT if one.topic == topic and one.poison is None)
    return NewRecord(like.key, json.dumps({**json.loads(like.value), "event_id": "late"}).encode())


def test_a_running_lake_workers_numbers_are_what_it_landed(log: SqliteLog, workers: Workers, tmp_path: Path) -> None:
    workers.start("lake", "work")
    port, lake = workers.ports["lake"], Lake(tmp_path / "lake")
    workers.wait_for(lambda: numbers(port)["tillstream_lake_records_total"] == records(log, *LAKE_TOPICS))
    found = numbers(port, engine="embedded")
    assert found["tillstream_lake_bronze_rows_total"] == rows(lake, "bronze") > 0
    assert found["tillstream_lake_silver_rows_total"] == rows(lake, "silver") > 0
    poison = sum(one.poison is not None for one in SENT)
    assert found["tillstream_lake_dead_letters_total"] == records(log, "dead_letters.v1") == poison > 0
    assert found["tillstream_lake_batches_total"] == workers.said("lake").count("batch_landed") > 0
    assert found["tillstream_lake_last_batch_seconds"] > 0
    assert "tillstream_lake_lag_records" in found
    assert found["tillstream_lake_lag_records"] == 0


@pytest.mark.parametrize(
    ("job", "logic", "topic"), [(JOBS[0], sessions, "clicks.v1"), (JOBS[1], patterns, "payments.v1")], ids=JOBS
)
def test_a_running_jobs_numbers_are_what_it_read_and_told(
    log: SqliteLog, workers: Workers, job: str, logic: ModuleType, topic: str
) -> None:
    workers.start("streaming", "run", job)

    def found() -> Counter[str]:
        return numbers(workers.ports["streaming"], job=job)

    valid = len(QUICK) * (job == JOBS[1]) + sum(one.topic in logic.TOPICS and one.poison is None for one in SENT)
    workers.wait_for(lambda: found()["tillstream_streaming_events_total"] == valid)
    workers.wait_for(lambda: found()["tillstream_streaming_watermark_timestamp_seconds"] > START.timestamp() + DAY)
    late = found()["tillstream_streaming_late_events_total"]
    log.append(topic, [a_late_one(topic)])
    workers.wait_for(lambda: found()["tillstream_streaming_late_events_total"] == late + 1)
    workers.wait_for(lambda: found()["tillstream_streaming_told_records_total"] == records(log, logic.OUTPUT) > 0)
    workers.wait_for(lambda: found().get("tillstream_streaming_lag_records") == 0)
    assert found()["tillstream_streaming_events_total"] == valid + 1
    assert found()["tillstream_streaming_rejected_events_total"] == records(log, *logic.TOPICS) - valid - 1


def test_a_running_feature_workers_numbers_are_what_it_read(log: SqliteLog, workers: Workers) -> None:
    workers.start("features", "work")
    port = workers.ports["features"]
    mine = [one for one in SENT if one.topic in default_schema().topics]
    valid = [one for one in mine if one.poison is None]
    clicks = map(decoder_of("clicks.v1").decode, (one.value for one in valid if one.topic == "clicks.v1"))
    counted = len(valid) + len(QUICK) - sum(map(is_bot, clicks))
    workers.wait_for(lambda: numbers(port)["tillstream_features_events_total"] == counted)
    workers.wait_for(lambda: numbers(port).get("tillstream_features_lag_records") == 0)
    assert numbers(port)["tillstream_features_rejected_events_total"] == len(mine) - len(valid) > 0


def test_a_second_worker_on_the_port_works_on_and_is_read_once_the_first_is_gone(
    log: SqliteLog, workers: Workers
) -> None:
    port = workers.ports["lake"]
    first = workers.start("lake", "work")
    workers.wait_for(lambda: numbers(port)["tillstream_lake_records_total"] > 0)
    second = workers.start("lake", "work")
    workers.wait_for(lambda: "metrics_not_served" in workers.said("lake"))
    assert "set TILLSTREAM_METRICS__LAKE_PORT" in workers.said("lake")
    first.kill()
    workers.wait_for(lambda: bool(numbers(port)))
    assert second.poll() is None
    log.append(SENT[-1].topic, [NewRecord(SENT[-1].key, SENT[-1].value)])
    workers.wait_for(lambda: numbers(port)["tillstream_lake_records_total"] == 1)
