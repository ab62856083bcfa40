"""The demo as a newcomer runs it, in small: it stays until Ctrl-C, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

pytestmark = [pytest.mark.services, pytest.mark.timeout(400)]

TILLSTREAM = (sys.executable, "-m", "tillstream.apps.cli.main")
SMALL = ("--scale", "0.05")


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "TILLSTREAM_STORE__PORT": free_port(), "TILLSTREAM_SERVING__PORT": free_port()}


def tree_of(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def wait_for(said: Path, words: str, process: subprocess.Popen[bytes], seconds: float = 280) -> None:
    deadline = time.monotonic() + seconds
    while words not in said.read_text():
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.2)


def test_the_demo_stays_until_ctrl_c_and_leaves_nothing_behind(empty_folder: Path, environment: dict[str, str]):
    said = empty_folder / "said.txt"
    with said.open("wb") as output:
        demo = subprocess.Popen([*TILLSTREAM, "demo", *SMALL], env=environment, stdout=output, stderr=output)
    try:
        wait_for(said, "Ctrl-C ends everything", demo)
        url = f"http://127.0.0.1:{environment['TILLSTREAM_SERVING__PORT']}"
        with urlopen(f"{url}/readyz") as answer:  # noqa: S310  our own address
            assert json.load(answer)["status"] == "ready"
        again = subprocess.run([*TILLSTREAM, "demo", *SMALL], env=environment, capture_output=True, text=True)
        assert again.returncode == 1
        assert "a stack runs here already" in again.stderr
        processes = tree_of(demo.pid)
        assert len(processes) >= 7  # the demo, the stack, its five services, the visitors
    finally:
        demo.send_signal(signal.SIGINT)
        code = demo.wait(60)
    assert code == 0, said.read_text()
    gone, alive = psutil.wait_procs(processes, timeout=5)
    assert [one.name() for one in alive] == []
    assert len(gone) == len(processes)
