"""`tillstream stack` as a user runs it: a real Valkey and a real scheduler, from several shells."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.services

TILLSTREAM = (sys.executable, "-m", "tillstream.apps.cli.main")
SMALL = ("--only", "valkey", "--only", "scheduler")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@dataclass
class Shells:
    """Commands in an empty folder with a store port of its own."""

    folder: Path
    port: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TILLSTREAM_STORE__PORT": str(self.port), "TILLSTREAM_SERVING__PORT": str(free_port())}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [*TILLSTREAM, "stack", *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=30
        )

    def up(self) -> subprocess.Popen[bytes]:
        said = self.folder / "up.txt"
        with said.open("wb") as output:
            command = [*TILLSTREAM, "stack", "up", *SMALL]
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=output, stderr=output)
        self.started.append(process)
        deadline = time.monotonic() + 20
        while "\nready" not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.05)
        return process

    def status(self) -> dict:
        return json.loads(self.run("status", "--json").stdout)

    def pids(self) -> list[int]:
        return [service["pid"] for service in self.status()["services"]]


@pytest.fixture
def shells(tmp_path: Path) -> Iterator[Shells]:
    found = Shells(tmp_path, free_port())
    yield found
    found.run("down")
    for process in found.started:
        process.wait(10)


def all_gone(pids: list[int], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(psutil.pid_exists, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_up_from_one_shell_is_found_and_stopped_from_another(shells: Shells):
    first = shells.up()
    again = shells.run("up", *SMALL)
    assert (again.returncode, again.stdout.splitlines()[0][:11]) == (0, "stack ready")
    status = shells.status()
    assert status["running"]
    assert {one["name"]: one["phase"] for one in status["services"]} == {"valkey": "ready", "scheduler": "ready"}
    assert all(one["memory_bytes"] > 2**20 for one in status["services"])
    assert {job["name"] for job in status["jobs"]} >= {"gold", "compaction", "snapshot"}
    pids = shells.pids()
    assert "stopped 2 services" in shells.run("down").stdout
    assert first.wait(10) == 0
    assert all_gone(pids)
    assert (shells.run("status").returncode, shells.status()) == (3, {"running": False})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running_however_the_stack_ends(shells: Shells, number: int):
    stack = shells.up()
    pids = shells.pids()
    stack.send_signal(number)
    assert stack.wait(15) == (0 if number != signal.SIGKILL else -9)
    if number == signal.SIGKILL and not sys.platform.startswith("linux"):
        shells.run("down")
    assert all_gone(pids)


def test_a_killed_service_is_started_again_and_counted(shells: Shells):
    shells.up()
    pid = shells.pids()[0]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (valkey := shells.status()["services"][0])["restarts"] != 1 or valkey["phase"] != "ready":
        assert time.monotonic() < deadline, valkey
    assert valkey["pid"] != pid


def test_detached_returns_when_ready_and_its_logs_can_be_read(shells: Shells):
    up = shells.run("up", "--detach", *SMALL)
    assert up.returncode == 0, up.stderr
    assert up.stdout.startswith("stack ready")
    assert "Ready to accept connections" in shells.run("logs", "valkey").stdout
    assert "no log of 'vlakey'" in shells.run("logs", "vlakey").stderr


@pytest.mark.parametrize("detach", [(), ("--detach",)])
def test_a_taken_port_ends_up_with_one_sentence(shells: Shells, detach: tuple[str, ...]):
    with socket.create_server(("127.0.0.1", shells.port)):
        up = shells.run("up", *detach, *SMALL)
    assert up.returncode == 1
    said = (up.stdout + up.stderr).strip().splitlines()
    assert len(said) == 1
    assert f"valkey: port {shells.port} is taken by" in said[0]
    assert f"(pid {os.getpid()})" in said[0]
    assert "TILLSTREAM_STORE__PORT" in said[0]
    assert shells.status() == {"running": False}
