import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tillstream.core.settings import StoreSettings
from tillstream.operations.stack.valkey import valkey_command


class Server:
    """A real store on a free port, which a test may kill, stop and start."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._folder = folder
        # Generous: these tests are about what is read, not how fast, on a machine that does much else.
        self.settings = StoreSettings(port=port, deadline_ms=1_000)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self._folder / "store").mkdir(exist_ok=True)
        self.process = subprocess.Popen(valkey_command(self._folder, self.settings), stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.settings.port), timeout=0.2) as line:
                    line.sendall(b"PING\r\n")
                    if line.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the store did not start")

    def kill(self, *, with_data: bool = False) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if with_data:
            for file in (self._folder / "store").iterdir():
                file.unlink()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    one = Server(tmp_path)
    one.start()
    yield one
    assert one.process is not None
    one.process.kill()
    one.process.wait()


@pytest.fixture(scope="session")
def feast_bin() -> Path:
    """Feast's own environment; make installs it where it is missing."""
    root = Path(__file__).resolve().parents[3]
    subprocess.run(["make", "--no-print-directory", "setup", "FEAST=1"], cwd=root, check=True)
    return root / "var" / "env" / "feast" / "bin"
