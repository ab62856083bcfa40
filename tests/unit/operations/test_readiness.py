import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tillstream.core.telemetry.heartbeat import Heartbeat, heartbeat_path
from tillstream.operations.stack.readiness import Beats, Page, Ping


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """A port where one caller gets `reply`."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(1_000)
                line.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_store_is_ready_when_it_says_pong():
    with answering(b"+PONG\r\n") as port:
        assert Ping("127.0.0.1", port).lacks(0.0) is None


def test_a_store_that_loads_its_file_is_not_ready_though_its_port_is_open():
    with answering(b"-LOADING Valkey is loading the dataset in memory\r\n") as port:
        assert "LOADING" in Ping("127.0.0.1", port).lacks(0.0)


def test_a_closed_port_is_not_ready():
    assert "refused" in Ping("127.0.0.1", closed_port()).lacks(0.0)
    assert "refused" in Page(f"http://127.0.0.1:{closed_port()}/readyz").lacks(0.0)


def test_a_page_is_ready_at_200_and_else_says_why():
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as port:
        assert Page(f"http://127.0.0.1:{port}/readyz").lacks(0.0) is None
    with answering(b"HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\nno export") as port:
        assert "503 no export" in Page(f"http://127.0.0.1:{port}/readyz").lacks(0.0)


def test_a_worker_is_ready_from_its_first_heartbeat_on(tmp_path):
    path, started = heartbeat_path(tmp_path, "lake"), time.time()
    assert Beats(path).lacks(started) == "has not polled yet"
    Heartbeat(path).beat(rows=3)
    assert Beats(path).lacks(started) is None
    assert json.loads(path.read_bytes())["rows"] == 3


def test_a_heartbeat_of_an_earlier_process_or_of_long_ago_does_not_count(tmp_path):
    path = tmp_path / "lake.json"
    path.write_text(json.dumps({"at": time.time() - 40}))
    assert "since it was started" in Beats(path).lacks(time.time())
    assert "silent for 40 s" in Beats(path).lacks(time.time() - 60)


def test_a_heartbeat_may_be_called_often_and_writes_once_a_second(tmp_path):
    path = tmp_path / "lake.json"
    heartbeat = Heartbeat(path)
    heartbeat.beat(n=1)
    heartbeat.beat(n=2)
    assert json.loads(path.read_bytes())["n"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["lake.json"]
