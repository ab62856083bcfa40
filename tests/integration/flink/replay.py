"""A fast replay beside the other jobs: another broker's log, all there before its job, read by two subtasks.

Its partitions are very unequal: of clicks one holds three days, two a little of the first, one nothing; of orders one
is empty too. Only silence, the default time of it, lets those that ended no longer hold the time back.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.brokers import one_broker
from tests.integration.flink.busy_days import CLOCK, FIRST_DAY, Sent, a_day, send
from tests.integration.flink.running_flink import RunningFlink
from tests.shop.events import click, new_record, order

from tillstream.adapters.log import Log, NewRecord
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.apps.wiring.flink_jobs import job_settings, submission
from tillstream.core.settings import Settings
from tillstream.data.streaming.flink.job_settings import SESSIONS, JobSettings
from tillstream.data.streaming.logic import sessions
from tillstream.operations.stack.processes import launch

_SUBMIT = """
import sys
from tillstream.data.streaming.flink import job
told = job.JobSettings.from_json(sys.argv[1])
job.PARTS[told.job] = job.PARTS["session_aggregator"]
job.submit(told)
"""


class Replay:
    """The log and the job, which is named otherwise than the one that its watcher looks after."""

    def __init__(self, log: Log, told: JobSettings, running: RunningFlink) -> None:
        self.log, self.told, self._running = log, told, running

    def submit(self) -> subprocess.Popen[bytes]:
        """Sends the job; the process ends when the cluster has it."""
        (python, *_), environment = submission(self._running.cluster, [self.told])
        with (self._running.cluster.folder / "replay.log").open("ab") as file:
            return launch([python, "-c", _SUBMIT, self.told.to_json()], file, environment)


@contextmanager
def replay_of(folder: Path, running: RunningFlink) -> Iterator[Replay]:
    """A broker with everything on it; the job is the test's to send."""
    with one_broker(folder) as brokers:
        flink = {"rest_port": running.settings.flink.rest_port, "checkpoint_seconds": 2.0}
        settings = Settings(home=folder / "home", kafka=brokers.settings, flink=flink, stack=running.settings.stack)  # type: ignore[arg-type]
        log = KafkaLog(settings.kafka, settings.log)
        send(log, unequal_days())
        yield Replay(log, replace(job_settings(settings, SESSIONS, None), job="replay"), running)
        log.close()


def unequal_days() -> Iterator[Sent]:
    """Three days; then one event on each of the long partitions that brings their time past every session."""
    for number in range(3):
        for topic, record in a_day(number, visits=200):
            if topic in sessions.TOPICS:
                yield topic, replace(record, partition=_partition(topic, record, number))
    when = FIRST_DAY + timedelta(days=5)
    yield "clicks.v1", replace(new_record("clicks.v1", click(f"{CLOCK}c", when, f"{CLOCK}c")), partition=0)
    last = order(f"{CLOCK}o", when, f"{CLOCK}o", {"p1": (1, 100)}, visitor_id=f"{CLOCK}o")
    yield "orders.v1", replace(new_record("orders.v1", last), partition=0)


def _partition(topic: str, record: NewRecord, number: int) -> int:
    """A visitor stays on a partition for a day; v7 to v9, v70 to v79 … are the few on the short ones."""
    if topic != "clicks.v1" or number > 0:
        return 0
    return {"v7": 1, "v8": 1, "v9": 2}.get(record.key[:2], 0)
