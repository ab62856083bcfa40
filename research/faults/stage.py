"""One home with a running stack of one set of engines, on ports of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tillstream.core.settings import Settings
from tillstream.operations.stack.control import running_stack, stop_stack, wait_until_ready
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.status import Phase, ServiceStatus

if TYPE_CHECKING:
    from tests.brokers import RunningBrokers  # its library comes with an extra

CLI = (sys.executable, "-m", "tillstream.apps.cli.main")
SETS = {
    "embedded": {"set": "embedded"},
    "distributed": {"set": "distributed"},
    "kafka": {"log": "kafka"},
    "spark": {"log": "kafka", "lake": "spark"},
    "flink": {"log": "kafka", "streaming": "flink"},
}
"""The two sets, and mixtures of which one engine at a time is tried."""
START_SECONDS = 300.0
STOP_SECONDS = 60.0


class Stage:
    """The stack of one fault; `environment` is what its processes are told beside the settings."""

    def __init__(self, home: Path, engine_set: str, changes: Mapping[str, Any] | None = None) -> None:
        ports = free_ports(4)
        told: dict[str, Any] = {
            "engines": SETS[engine_set],
            "store": {"port": ports[0], "deadline_ms": 1_000},
            "serving": {"port": ports[1]},
            "log": {"lease_seconds": 3.0},
            "lake": {"commit_rows": 5_000, "commit_seconds": 1.0},
            **({} if engine_set == "embedded" else on_the_jvm(ports)),
        }
        for area, fields in (changes or {}).items():
            told[area] = {**told.get(area, {}), **fields}
        self.home, self.engine_set = home, engine_set
        self.settings = Settings(home=home, **told)
        self.environment = {"TILLSTREAM_HOME": str(home), "PYTHONUNBUFFERED": "1", **variables(told)}
        self.places = Places(home)
        self.brokers: RunningBrokers | None = None

    def tell(self, area: str, fields: Mapping[str, Any]) -> None:
        """Changes settings before the stack runs."""
        changed = getattr(self.settings, area).model_copy(update=dict(fields))
        self.settings = self.settings.model_copy(update={area: changed})
        self.environment |= variables({area: fields})

    @contextmanager
    def running(self, without: tuple[str, ...] = ("scheduler",)) -> Iterator[None]:
        """The stack from ready until all of it is stopped."""
        options = [word for name in without for word in ("--without", name)]
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        with (self.home / "logs" / "stack.log").open("ab") as output:
            stack = subprocess.Popen(
                [*CLI, "stack", "up", *options], cwd=self.home, env=self._variables(), stdout=output, stderr=output
            )
        try:
            wait_until_ready(self.places, alive=lambda: stack.poll() is None, seconds=START_SECONDS)
            yield
        finally:
            for service in self.services().values():
                with suppress(psutil.NoSuchProcess, RuntimeError):  # ended already
                    signal_each(self.family(service.name), signal.SIGCONT)  # what is frozen hears nothing else
            stop_stack(self.places, STOP_SECONDS)
            stack.wait(STOP_SECONDS)

    def services(self) -> dict[str, ServiceStatus]:
        """What the supervisor saw last, by name."""
        status = running_stack(self.places)
        return {service.name: service for service in status.services} if status else {}

    def pid(self, service: str) -> int:
        """The running process of a service."""
        pid = self.services()[service].pid
        if pid is None:
            raise RuntimeError(f"{service} does not run")
        return pid

    def family(self, service: str) -> list[int]:
        """The service's process, then all below it: a Spark driver's Java leads a session of its own."""
        leader = psutil.Process(self.pid(service))
        return [leader.pid, *(child.pid for child in leader.children(recursive=True))]

    def wait_for_new_life(self, service: str, old_pid: int, seconds: float = 180.0) -> None:
        """Until the supervisor has started it again and found it ready."""
        until = time.monotonic() + seconds
        while True:
            seen = self.services().get(service)
            if seen and seen.phase is Phase.READY and seen.pid not in (None, old_pid):
                return
            if time.monotonic() > until:
                raise RuntimeError(f"{service} did not come back within {seconds:.0f} s: {seen and seen.why}")
            time.sleep(0.05)

    def start(self, name: str, *arguments: str) -> "subprocess.Popen[bytes]":
        """One more process of ours beside the stack."""
        with (self.home / "logs" / f"{name}.log").open("ab") as output:
            command = [*CLI, *arguments]
            return subprocess.Popen(command, cwd=self.home, env=self._variables(), stdout=output, stderr=output)

    def run(self, *arguments: str, exits: tuple[int, ...] = (0,), seconds: float = 600.0) -> Any:
        """A command of ours that prints JSON; raises RuntimeError with its last words where it fails."""
        done = subprocess.run(
            [*CLI, *arguments], cwd=self.home, env=self._variables(), capture_output=True, text=True, timeout=seconds
        )
        if done.returncode not in exits:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return json.loads(done.stdout) if "--json" in arguments else None

    def said(self, service: str) -> str:
        """All that a service has printed."""
        path = self.places.log(service)
        return path.read_text(errors="replace") if path.exists() else ""

    def _variables(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


def signal_each(pids: Iterable[int], number: signal.Signals) -> None:
    """Sends a signal to each that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def on_the_jvm(ports: list[int]) -> dict[str, Any]:
    """Settings of the JVM engines: their own ports, small heaps, quick checkpoints, the project's jars."""
    made = Path(sys.prefix).parent / "var"
    return {
        "kafka": {"bootstrap": f"127.0.0.1:{ports[2]}", "controller_port": ports[3], "heap_mebibytes": 384},
        "flink": {"rest_port": free_run(4), "checkpoint_seconds": 3.0},
        "spark": {"trigger_seconds": 1.0},
        "stack": {"jars_path": made / "jars", "flink_environment_path": made / "env" / "flink"},
    }


def variables(told: Mapping[str, Any]) -> dict[str, str]:
    """Settings as environment variables."""
    return {
        f"TILLSTREAM_{area}__{name}".upper(): str(value)
        for area, fields in told.items()
        for name, value in fields.items()
    }


def free_run(count: int) -> int:
    """The first of so many free ports in a row: Flink takes those after its REST port too."""
    while True:
        first = free_ports(1)[0]
        with suppress(OSError, OverflowError), ExitStack() as held:
            for port in range(first, first + count):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, each another."""
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(server.getsockname()[1]) for server in servers]
    finally:
        for server in servers:
            server.close()
