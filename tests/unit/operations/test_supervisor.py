"""The supervisor over tiny real processes: plain Python that starts in 20 ms."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tillstream.core.errors import PortTaken, ServiceError
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.processes import born_at
from tillstream.operations.stack.service import Port, Restart, Service
from tillstream.operations.stack.status import Phase, ServiceStatus, StackStatus
from tillstream.operations.stack.supervisor import Supervisor

PYTHON = (sys.executable, "-S", "-E", "-c")
STAYS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({!r}, 'w').close(); time.sleep(60)"
WITH_CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])"
QUICK = Restart(first_seconds=0.02, most_seconds=0.05, tries=3, ask_seconds=0.05, silent_seconds=0.3)


@dataclass
class Asked:
    """Ready while `lacking` says None."""

    lacking: Callable[[], str | None] = lambda: None

    def lacks(self, started_at: float) -> str | None:
        return self.lacking()


@dataclass
class Bench:
    """A supervisor in a folder, run until something is so."""

    home: Path
    services: tuple[Service, ...]
    memory_limit_bytes: int = 2**30
    changes: list[StackStatus] = field(default_factory=list)

    def run(self, until: Callable[["Bench"], bool], seconds: float = 10.0) -> None:
        supervisor = Supervisor(
            self.services,
            Places(self.home),
            stop_seconds=0.2,
            look_seconds=0.02,
            weigh_seconds=0.1,
            memory_limit_bytes=self.memory_limit_bytes,
            on_change=self.changes.append,
        )
        deadline = time.monotonic() + seconds

        def stopping() -> bool:
            assert time.monotonic() < deadline, f"did not come to pass: {self.changes}"
            return until(self)

        supervisor.run(stopping)

    def of(self, name: str) -> ServiceStatus:
        """What was last said of a service."""
        if not self.changes:
            return ServiceStatus(name, Phase.WAITING)
        return next(one for one in self.changes[-1].services if one.name == name)

    def ready(self, name: str) -> bool:
        return self.of(name).phase is Phase.READY


def never(it: Bench) -> bool:
    return False


def bench(home: Path, *services: Service, limit: int = 2**30) -> Bench:
    return Bench(home, services, limit)


def test_a_service_starts_after_those_it_needs_and_stops_before_them(tmp_path):
    api = Service("api", (*PYTHON, STAYS), Asked(), needs=("store",))
    stack = bench(tmp_path, api, Service("store", (*PYTHON, STAYS), Asked()))
    stack.run(lambda it: it.ready("api"))
    story = [{one.name: one.phase for one in status.services} for status in stack.changes]
    assert all(told["store"] is Phase.READY for told in story if told["api"] in (Phase.STARTING, Phase.READY))
    assert story[-2:] == [
        {"store": Phase.READY, "api": Phase.STOPPED},
        {"store": Phase.STOPPED, "api": Phase.STOPPED},
    ]


def test_nothing_is_left_running_not_even_what_ignores_sigterm(tmp_path):
    ears = tmp_path / "deaf"
    deaf = Service("deaf", (*PYTHON, DEAF.format(str(ears))), Asked(lambda: None if ears.exists() else "not yet"))
    parent = Service("parent", (*PYTHON, WITH_CHILD), Asked())
    stack = bench(tmp_path, deaf, parent)
    stack.run(lambda it: it.ready("deaf") and it.ready("parent"))
    pids = {one.pid for status in stack.changes for one in status.services if one.pid}
    assert len(pids) == 2
    assert [born_at(pid) for pid in pids] == [None, None]
    assert not list((tmp_path / "stack" / "pids").iterdir())


def test_a_service_that_was_killed_is_started_again(tmp_path):
    stack = bench(tmp_path, Service("worker", (*PYTHON, STAYS), Asked(), restart=QUICK))
    killed: set[int] = set()

    def until(it: Bench) -> bool:
        if it.ready("worker") and not killed:
            killed.add(it.of("worker").pid or 0)
            os.kill(it.of("worker").pid or 0, signal.SIGKILL)
        return it.ready("worker") and it.of("worker").pid not in killed

    stack.run(until)
    assert stack.changes[-2].services[0].restarts == 1
    assert any("signal 9" in status.services[0].why for status in stack.changes)


def test_a_service_that_never_starts_ends_the_stack_with_its_last_line(tmp_path):
    broken = Service("broken", (*PYTHON, "raise SystemExit('no such table')"), Asked(lambda: "no"), restart=QUICK)
    with pytest.raises(ServiceError, match="broken: ended with exit 1: no such table"):
        bench(tmp_path, broken).run(never)


def test_a_service_that_answers_no_more_is_started_again(tmp_path):
    answers = {"lacks": None}
    stack = bench(tmp_path, Service("worker", (*PYTHON, STAYS), Asked(lambda: answers["lacks"]), restart=QUICK))

    def until(it: Bench) -> bool:
        if it.ready("worker") and it.of("worker").restarts == 0:
            answers["lacks"] = "hangs"
        elif it.of("worker").restarts:
            answers["lacks"] = None
        return it.ready("worker") and it.of("worker").restarts == 1

    stack.run(until)
    phases = [status.services[0].phase for status in stack.changes]
    assert phases[1:4] == [Phase.READY, Phase.SILENT, Phase.BACKING_OFF]


def test_a_service_that_holds_more_than_its_limit_is_started_again(tmp_path):
    grows = "import time; held = bytearray(b'x') * (80 * 2**20); time.sleep(60)"
    stack = bench(tmp_path, Service("worker", (*PYTHON, grows), Asked(), restart=QUICK), limit=64 * 2**20)
    stack.run(lambda it: it.of("worker").restarts > 0)
    told = [status.services[0] for status in stack.changes]
    assert any("more than its 64 MiB" in one.why for one in told)
    assert max(one.peak_bytes for one in told) > 64 * 2**20


def test_a_limit_of_its_own_counts_for_a_service_and_not_that_of_all(tmp_path):
    grows = "import time; held = bytearray(b'x') * (80 * 2**20); time.sleep(60)"
    own = Service("worker", (*PYTHON, grows), Asked(), restart=QUICK, memory_limit_bytes=2**30)
    small = Service("small", (*PYTHON, grows), Asked(), restart=QUICK)
    stack = bench(tmp_path, own, small, limit=64 * 2**20)
    stack.run(lambda it: it.of("small").restarts > 0)
    assert stack.of("worker").restarts == 0


def test_a_taken_port_is_named_with_its_holder_and_its_setting_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        port = Port("127.0.0.1", number, "TILLSTREAM_STORE__PORT")
        stack = bench(tmp_path, Service("store", (*PYTHON, STAYS), Asked(), port=port))
        with pytest.raises(PortTaken) as taken:
            stack.run(never)
    assert str(number) in str(taken.value)
    assert f"(pid {os.getpid()})" in str(taken.value)
    assert "TILLSTREAM_STORE__PORT" in str(taken.value)
    assert stack.changes == []


def test_a_service_of_somebody_else_is_asked_and_never_started(tmp_path):
    stack = bench(tmp_path, Service("store", (), Asked()))
    stack.run(lambda it: it.ready("store"))
    assert stack.of("store").pid is None
