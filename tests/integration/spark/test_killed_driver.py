"""The whole job as a process: killed between the two tables of a batch, told to stop, and gone on with."""

import os
import signal
import subprocess
import time
from itertools import groupby
from pathlib import Path

import pytest
from tests.brokers import RunningBrokers
from tests.integration.lake.test_kill_lake import rows, run
from tests.integration.lake.victims import tillstream
from tests.oracle.sending import draw
from tests.oracle.silver import differences_of_dead_letters, differences_of_silver

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.data.lake import Lake

EVENTS = 2_000
TOPICS = ("clicks.v1", "orders.v1")
PATIENCE_SECONDS = 120.0

pytestmark = [pytest.mark.spark, pytest.mark.timeout(400)]


def started(environment: dict[str, str], output: Path) -> "subprocess.Popen[bytes]":
    """The job, leading a group of its own as in the stack."""
    with output.open("ab") as out:
        return subprocess.Popen(
            tillstream("lake", "work"),
            env={**os.environ, **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def wait_for(lake: Lake, table: str, job: "subprocess.Popen[bytes]", output: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while lake.version(table) in (None, 0):
        assert job.poll() is None, output.read_text()[-3000:]
        assert time.monotonic() < until, f"no {table}: {output.read_text()[-3000:]}"
        time.sleep(0.02)


def test_a_driver_that_is_killed_in_a_batch_or_told_to_stop_loses_nothing_and_doubles_nothing(
    tmp_path: Path, brokers: RunningBrokers, log: KafkaLog
) -> None:
    sent = [one for one in draw(1, EVENTS) if one.topic in TOPICS]
    for topic, some in groupby(sorted(sent, key=lambda one: one.topic), key=lambda one: one.topic):
        log.append(topic, [NewRecord(s.key, s.value, {RECEIVED_AT: str(s.received_at_us)}) for s in some])
    environment = {
        "TILLSTREAM_HOME": str(tmp_path),
        "TILLSTREAM_ENGINES": '{"log": "kafka", "lake": "spark"}',
        "TILLSTREAM_KAFKA__BOOTSTRAP": brokers.settings.bootstrap,
        "TILLSTREAM_SPARK__MAX_RECORDS": "1000",
        "TILLSTREAM_SPARK__TRIGGER_SECONDS": "0",
        "TILLSTREAM_SPARK__JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=160m",
    }
    lake, output = Lake(tmp_path / "lake"), tmp_path / "job.txt"

    killed = started(environment, output)
    wait_for(lake, "bronze.clicks", killed, output)  # committed to Delta, and neither to silver nor to Kafka
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()

    stopped = started(environment, output)
    wait_for(lake, "silver.clicks", stopped, output)
    os.killpg(stopped.pid, signal.SIGTERM)
    assert stopped.wait(PATIENCE_SECONDS) == 0, output.read_text()[-3000:]

    run(environment, "lake", "work", "--until-caught-up")
    silver = rows(lake, "silver")
    assert differences_of_silver(silver, sent) == []
    assert differences_of_dead_letters(silver["dead_letters"], sent) == []
