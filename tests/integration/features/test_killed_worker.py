"""The worker as a process of its own: killed, stopped and woken, its store killed with its data; always exact."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.integration.features.conftest import Server
from tests.unit.features.live_loop import IDS, SCHEMA, LiveLoop, reference, same
from tests.unit.features.small_log import DAY_US, START, Received, small_log

from tillstream.adapters.store import ReadingStore, WritingStore
from tillstream.core.contracts import to_micros
from tillstream.features.offline.settling import live_lacks, settle, source_ends, store_lacks
from tillstream.features.online import FeatureReader
from tillstream.features.updates import UPDATES

pytestmark = [pytest.mark.kill, pytest.mark.timeout(240)]

END_US = to_micros(START) + 11 * DAY_US  # after the last of them was received
WAIT_SECONDS = 60.0


class Worker:
    """`tillstream features work` on one home; may be killed and started again."""

    def __init__(self, home: Path, server: Server, more: Mapping[str, str] | None = None) -> None:
        self._environment = {
            **os.environ,
            "TILLSTREAM_HOME": str(home),
            "TILLSTREAM_STORE__PORT": str(server.settings.port),
            "TILLSTREAM_LOG__LEASE_SECONDS": "1",
            **(more or {}),
        }
        self._home = home
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tillstream.apps.cli.main", "features", "work"]
        with (self._home / "work.log").open("ab") as log:
            process = subprocess.Popen(command, env=self._environment, cwd=self._home, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def worker(tmp_path: Path, server: Server) -> Iterator[Worker]:
    one = Worker(tmp_path, server)
    yield one
    one.end()


def appended(loop: LiveLoop, events: list[Received], size: int) -> Iterator[None]:
    """Appends the events in portions, yielding between them."""
    for start in range(0, len(events), size):
        part = events[start : start + size]
        for topic in dict.fromkeys(one.topic for one in part):
            loop.log.append(topic, [one.record() for one in part if one.topic == topic])
        loop.events += part
        yield


def assert_exact(loop: LiveLoop, server: Server) -> None:
    """After everything is counted, released and stored: the store equals the reference."""
    store = WritingStore(server.settings)
    ends = source_ends(loop.log, SCHEMA)
    settle(lambda: live_lacks(loop.logs, SCHEMA, ends), WAIT_SECONDS)
    loop.release()
    updates = loop.updates.end_offsets(UPDATES)
    settle(lambda: store_lacks(store, loop.updates, SCHEMA, updates), WAIT_SECONDS)
    store.close()

    async def read() -> bool:
        reading = ReadingStore(server.settings)
        try:
            rows = await FeatureReader(reading).read(IDS, tuple(SCHEMA.features.values()), END_US)
        finally:
            await reading.close()
        return same(rows.values, reference(loop.events, END_US))

    assert asyncio.run(read())


def test_kills_of_worker_and_store_lose_nothing_and_double_nothing(
    tmp_path: Path, server: Server, worker: Worker
) -> None:
    draw = random.Random(5)
    loop = LiveLoop(tmp_path / "log", [])
    process = worker.start()
    for number, _ in enumerate(appended(loop, small_log(21, 900, days=7.0), 100)):
        time.sleep(draw.uniform(0.2, 1.5))
        if number % 3 == 2:
            server.kill(with_data=True)
            server.start()
        else:
            process.kill()
            process.wait()
            process = worker.start()
    assert_exact(loop, server)


def test_a_stopped_worker_that_wakes_beside_its_heir_changes_nothing(
    tmp_path: Path, server: Server, worker: Worker
) -> None:
    loop = LiveLoop(tmp_path / "log", [])
    zombie = worker.start()
    portions = appended(loop, small_log(22, 600, days=7.0), 100)
    next(portions)
    time.sleep(3.0)
    zombie.send_signal(signal.SIGSTOP)
    next(portions)
    worker.start()
    next(portions)
    time.sleep(4.0)
    zombie.send_signal(signal.SIGCONT)
    for _ in portions:
        time.sleep(0.5)
    assert_exact(loop, server)
