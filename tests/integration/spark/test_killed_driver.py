"""The whole job as a process: killed between the two tables of a batch, told to stop, gone on with, and measured."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import pytest
from tests.brokers import RunningBrokers
from tests.integration.api.processes import free_port
from tests.integration.lake.test_kill_lake import rows
from tests.integration.lake.victims import tillstream
from tests.integration.stack.scraping import numbers
from tests.oracle.sending import Sent, draw
from tests.oracle.silver import differences_of_dead_letters, differences_of_silver

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.data.lake import Lake

EVENTS = 2_000
MEASURED = 300
TOPICS = ("clicks.v1", "orders.v1")
PATIENCE_SECONDS = 240.0

pytestmark = [pytest.mark.spark, pytest.mark.timeout(900)]


@pytest.fixture
def at_end() -> Iterator[ExitStack]:
    """What is still there when the test has failed is ended."""
    with ExitStack() as stack:
        yield stack


def started(environment: dict[str, str], output: Path, at_end: ExitStack) -> "subprocess.Popen[bytes]":
    """The job, leading a group of its own as in the stack."""
    with output.open("ab") as out:
        job = subprocess.Popen(
            tillstream("lake", "work"),
            env={**os.environ, **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    at_end.callback(end, job)
    return job


def end(job: "subprocess.Popen[bytes]") -> None:
    if job.poll() is None:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()


def wait_for(true: Callable[[], bool], job: "subprocess.Popen[bytes]", output: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert job.poll() is None, output.read_text()[-3000:]
        assert time.monotonic() < until, output.read_text()[-3000:]
        time.sleep(0.02)


def append(log: KafkaLog, sent: list[Sent]) -> None:
    for topic, some in groupby(sorted(sent, key=lambda one: one.topic), key=lambda one: one.topic):
        log.append(topic, [NewRecord(s.key, s.value, {RECEIVED_AT: str(s.received_at_us)}) for s in some])


def landed(lake: Lake) -> Counter[str]:
    """Rows by layer."""
    found: Counter[str] = Counter()
    for name in lake.tables():
        found[name.partition(".")[0]] += lake.arrow(name).num_rows
    return found


def test_a_driver_that_is_killed_in_a_batch_or_told_to_stop_loses_nothing_and_doubles_nothing(
    tmp_path: Path, brokers: RunningBrokers, log: KafkaLog, at_end: ExitStack
) -> None:
    sent = [one for one in draw(1, EVENTS) if one.topic in TOPICS]
    append(log, sent[:-MEASURED])
    environment = {
        "TILLSTREAM_HOME": str(tmp_path),
        "TILLSTREAM_ENGINES": '{"log": "kafka", "lake": "spark"}',
        "TILLSTREAM_KAFKA__BOOTSTRAP": brokers.settings.bootstrap,
        "TILLSTREAM_SPARK__MAX_RECORDS": "1000",
        "TILLSTREAM_SPARK__TRIGGER_SECONDS": "0",
        "TILLSTREAM_SPARK__JAVA_OPTIONS": "-XX:+UseSerialGC",
    }
    lake, output = Lake(tmp_path / "lake"), tmp_path / "job.txt"

    killed = started(environment, output, at_end)
    # Committed to Delta, and neither to silver nor to Kafka.
    wait_for(lambda: lake.version("bronze.clicks") not in (None, 0), killed, output)
    end(killed)

    stopped = started(environment, output, at_end)
    wait_for(lambda: lake.version("silver.clicks") not in (None, 0), stopped, output)
    os.killpg(stopped.pid, signal.SIGTERM)
    assert stopped.wait(PATIENCE_SECONDS) == 0, output.read_text()[-3000:]

    append(log, sent[-MEASURED:])
    before, port = landed(lake), free_port()
    measured = started({**environment, "TILLSTREAM_METRICS__LAKE_PORT": str(port)}, output, at_end)
    wait_for(lambda: numbers(port).get("tillstream_lake_lag_records") == 0, measured, output)
    silver = rows(lake, "silver")
    assert differences_of_silver(silver, sent) == []
    assert differences_of_dead_letters(silver["dead_letters"], sent) == []
    found, after = numbers(port, engine="spark"), landed(lake)
    assert found["tillstream_lake_bronze_rows_total"] == after["bronze"] - before["bronze"] >= MEASURED
    assert found["tillstream_lake_silver_rows_total"] == after["silver"] - before["silver"] > 0
    assert found["tillstream_lake_batches_total"] > 0
    assert found["tillstream_lake_last_batch_seconds"] > 0
    os.killpg(measured.pid, signal.SIGTERM)
    assert measured.wait(PATIENCE_SECONDS) == 0, output.read_text()[-3000:]
