"""Homes of comparisons and benchmarks, and `tillstream …` run in them."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tillstream.core.settings import Settings

UNUSED = ("valkey", "features", "api", "scheduler")
"""Services that a run from the log to the lake does without."""


class RunFailed(RuntimeError):
    """A command ended otherwise than it should; its last words are in the message."""


def end_as_by_ctrl_c() -> None:
    """SIGTERM ends this process as Ctrl-C does: no stack outlives the run that began it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with ports of its own and the engine set that works in it."""

    path: Path
    engines: str
    ports: Mapping[str, int] = field(default_factory=lambda: free_ports())
    live_features: str = "embedded"
    """What keeps live tiles where the set is distributed."""

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this home is told."""
        return {
            **os.environ,
            "TILLSTREAM_HOME": str(self.path),
            "TILLSTREAM_ENGINES__SET": self.engines,
            "TILLSTREAM_STORE__PORT": str(self.ports["store"]),
            "TILLSTREAM_SERVING__PORT": str(self.ports["api"]),
            "TILLSTREAM_KAFKA__BOOTSTRAP": f"127.0.0.1:{self.ports['kafka']}",
            "TILLSTREAM_KAFKA__CONTROLLER_PORT": str(self.ports["controller"]),
            "TILLSTREAM_FLINK__REST_PORT": str(self.ports["flink"]),
            "TILLSTREAM_LAKE__COMMIT_SECONDS": "2",
            **({"TILLSTREAM_ENGINES__LIVE_FEATURES": "flink"} if self.is_live_on_flink else {}),
        }

    @property
    def is_live_on_flink(self) -> bool:
        """Whether the job on Flink keeps live tiles."""
        return self.live_features == "flink" and self.engines == "distributed"

    def run(self, *words: str, codes: tuple[int, ...] = (0,)) -> dict[str, Any]:
        """One command to its end; its last line of JSON. Raises RunFailed."""
        command = [sys.executable, "-m", "tillstream.apps.cli.main", *words]
        with tempfile.TemporaryFile("w+") as errors:
            done = subprocess.run(
                command, env=self.environment, stdout=subprocess.PIPE, stderr=errors, text=True, check=False
            )
            if done.returncode not in codes:
                errors.seek(0)
                said = f"{done.stdout[-1500:]}{errors.read()[-3000:]}"
                raise RunFailed(f"tillstream {' '.join(words)} in {self.path} ended with {done.returncode}:\n{said}")
        line = next((line for line in reversed(done.stdout.splitlines()) if line.startswith("{")), "{}")
        return dict(json.loads(line))


def free_ports() -> dict[str, int]:
    """A free port for each of what listens."""
    sockets = {name: socket.socket() for name in ("store", "api", "kafka", "controller", "flink")}
    try:
        for one in sockets.values():
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in sockets.items()}
    finally:
        for one in sockets.values():
            one.close()


def settings_of(home: Home) -> Settings:
    """The settings as the processes of that home read them."""
    ports = home.ports
    return Settings(
        home=home.path,
        engines={"set": home.engines},
        kafka={"bootstrap": f"127.0.0.1:{ports['kafka']}", "controller_port": ports["controller"]},
        flink={"rest_port": ports["flink"]},
    )


@contextmanager
def stack(home: Home, without: Sequence[str] = (), only: Sequence[str] = ()) -> Iterator[None]:
    """The services of that home, ready; stopped and gone at the end."""
    options = [*(("--without", name) for name in without), *(("--only", name) for name in only)]
    home.run("stack", "up", "--detach", *(word for option in options for word in option))
    try:
        yield
    finally:
        home.run("stack", "down")
