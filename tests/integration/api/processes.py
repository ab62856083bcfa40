"""A real store and a real API process on free ports, for tests of what happens when either is killed or stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from tests.unit.decisions.small_shelf import small_snapshot

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.store import WritingStore
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import default_schema
from tillstream.features.online import OnlineWriter
from tillstream.operations.stack.valkey import valkey_command


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def started(command: list[str] | tuple[str, ...], environment: dict[str, str] | None = None) -> Iterator[int]:
    """The process id; killed at the end, also when it was stopped."""
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@contextlib.contextmanager
def store_in(folder: Path, deadline_ms: int = 20) -> Iterator[tuple[StoreSettings, int]]:
    """A store that is up, filled from the (empty) log under `folder`, and its process id."""
    store = StoreSettings(port=free_port(), deadline_ms=deadline_ms)
    (folder / "store").mkdir(exist_ok=True)
    with started(valkey_command(folder, store)) as pid:
        wait_until(lambda: connects(store.port))
        fill(folder, store)
        yield store, pid


def fill(folder: Path, store: StoreSettings) -> None:
    """Brings the store up to the log's end."""
    log = SqliteLog(folder / "log")
    try:
        writer = OnlineWriter(log, WritingStore(store), default_schema(), ask_for_all=lambda: None)
        while writer.apply().records:
            pass
    finally:
        log.close()


@contextlib.contextmanager
def api_process(folder: Path, store: StoreSettings) -> Iterator[tuple[httpx.Client, int]]:
    """An API that answers, and its process id."""
    port = free_port()
    environment = {
        "TILLSTREAM_HOME": str(folder),
        "TILLSTREAM_STORE__PORT": str(store.port),
        "TILLSTREAM_STORE__DEADLINE_MS": str(store.deadline_ms),
        "TILLSTREAM_SERVING__PORT": str(port),
    }
    command = [sys.executable, "-m", "tillstream.apps.cli.main", "serve"]
    with (
        started(command, environment) as pid,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as client,
    ):
        wait_until(lambda: connects(port), seconds=30)
        yield client, pid


def shelf_in(folder: Path) -> None:
    small_snapshot(folder / "models" / "snapshot", churn={"c-1": 0.7})


def connects(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
        return True
    return False


def wait_until(holds: object, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)
