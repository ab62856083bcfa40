"""`tillstream streaming run` as a process: killed while it reads, stopped and woken; its sessions stay exact."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.shop import at, click, new_record

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import TOPICS, decoder_of, to_micros
from tillstream.data.streaming.logic.sessions import Visitor, add, split, step_of

pytestmark = [pytest.mark.kill, pytest.mark.timeout(180)]

GAP_MS = 1_800_000
COMMAND = (sys.executable, "-m", "tillstream.apps.cli.main", "streaming")


class Jobs:
    """The verbs on one home; a process that runs may be killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._environment = {**os.environ, "TILLSTREAM_HOME": str(home), "TILLSTREAM_LOG__LEASE_SECONDS": "1",
                             "TILLSTREAM_STREAMING__IDLE_SECONDS": "1"}  # fmt: skip
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._home / "run.log").open("ab") as log:
            process = subprocess.Popen(
                (*COMMAND, "run", *arguments), env=self._environment, cwd=self._home, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def call(self, *arguments: str) -> Any:
        done = subprocess.run(
            (*COMMAND, *arguments, "--json"), env=self._environment, cwd=self._home, capture_output=True, check=True
        )
        return json.loads(done.stdout)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs(tmp_path)
    yield made
    made.end()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    opened = SqliteLog(tmp_path / "log")
    yield opened
    opened.close()


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def sessions(log: SqliteLog) -> dict[tuple[str, int], int]:
    """The number of events of each final session, by visitor and start."""
    best: dict[str, Any] = {}
    for partition in range(TOPICS["sessions.v1"].partitions):
        for one in log.read("sessions.v1", partition, 0, 10**6):
            record = decoder_of("sessions.v1").decode(one.value)
            if record.session_id not in best or record.revision > best[record.session_id].revision:
                best[record.session_id] = record
    kept = [record for record in best.values() if not record.retracted]
    return {(record.visitor_id, to_micros(record.started_at)): record.revision // 2 for record in kept}


def expected(clicks: list[Any]) -> dict[tuple[str, int], int]:
    found = {}
    for visitor_id in {one.visitor_id for one in clicks}:
        steps = [step_of(one, 0)[1] for one in clicks if one.visitor_id == visitor_id]  # type: ignore[index]
        for session in split(add(Visitor(), steps, gap_ms=GAP_MS, watermark_ms=0).visitor.steps, GAP_MS):
            found[visitor_id, session[0].at_us] = len(session)
    return found


def send(log: SqliteLog, clicks: list[Any], chance: random.Random) -> None:
    """Shuffled within the lateness, one in five doubled."""
    sent = sorted(
        [*clicks, *chance.sample(clicks, len(clicks) // 5)],
        key=lambda one: to_micros(one.occurred_at) + chance.random() * 290e6,
    )
    log.append("clicks.v1", [new_record("clicks.v1", one) for one in sent])


def some_clicks(hour: int, chance: random.Random) -> list[Any]:
    moments = (at("00:00") + timedelta(hours=hour, seconds=chance.random() * 3_000) for _ in range(800))
    return [click(f"e{hour}-{n}", when, f"v{chance.randint(0, 60)}") for n, when in enumerate(moments)]


def test_kills_while_it_reads_lose_nothing_and_double_nothing(jobs: Jobs, log: SqliteLog) -> None:
    chance, clicks = random.Random(3), list[Any]()
    for hour in range(6):
        new = some_clicks(hour, chance)
        clicks += new
        process = jobs.start()
        send(log, new, chance)
        time.sleep(chance.uniform(1.0, 3.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    ended = jobs.start("--until-caught-up")
    assert ended.wait(60) == 0
    assert sessions(log) == expected(clicks)


def test_a_stopped_job_goes_on_from_its_savepoint_and_list_says_so(jobs: Jobs, log: SqliteLog) -> None:
    chance = random.Random(4)
    first, second = some_clicks(1, chance), some_clicks(2, chance)
    send(log, first, chance)
    process = jobs.start("sessions")
    until(lambda: len(sessions(log)) > 20)
    states = {one["name"]: one["state"] for one in jobs.call("list")}
    assert states == {"session_aggregator": "running", "fraud_pattern_detector": "stopped"}
    savepoint = jobs.call("stop", "sessions")["savepoint"]
    assert process.wait(30) == 0
    send(log, second, chance)
    assert jobs.start("sessions", "--until-caught-up", "--from", savepoint).wait(60) == 0
    assert sessions(log) == expected([*first, *second])
