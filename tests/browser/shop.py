"""A small shop on this machine: a simulated past, a trained model, and the stack that serves it."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TILLSTREAM = (sys.executable, "-m", "tillstream.apps.cli.main")
# So many customers that the model beats its baseline whatever the day is.
PAST = (
    ("sources", "simulate", "--customers", "1000", "--days", "20", "--seed", "7", "--to", "log"),
    ("lake", "work", "--until-caught-up"),
    ("lake", "gold"),
    ("models", "train", "recommend"),
    ("decisions", "snapshot"),
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def open_shop(folder: Path) -> Iterator[str]:
    """The address of a shop whose home is `folder`; closed at the end, with every process of it."""
    port = free_port()
    environment = {
        **os.environ,
        "TILLSTREAM_HOME": str(folder / "home"),
        "TILLSTREAM_STORE__PORT": str(free_port()),
        "TILLSTREAM_SERVING__PORT": str(port),
    }

    def run(*words: str, may_fail: bool = False) -> None:
        ran = subprocess.run(
            [*TILLSTREAM, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
        )
        assert may_fail or ran.returncode == 0, f"tillstream {' '.join(words)}\n{ran.stdout}\n{ran.stderr}"

    for words in PAST:
        run(*words)
    try:
        run("stack", "up", "--detach", "--without", "scheduler")  # its jobs would take the cores from what is timed
        run("features", "release", "--until-stored")  # a job of the scheduler's: without the past, the store is silent
        yield f"http://127.0.0.1:{port}"
    finally:
        run("stack", "down", may_fail=True)
