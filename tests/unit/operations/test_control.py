import threading
import time

import pytest

from tillstream.core.errors import NotFound, ServiceError
from tillstream.operations.stack.control import running_stack, stop_stack, wait_until_ready
from tillstream.operations.stack.logs import follow, last_lines, log_of
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.report import status_lines
from tillstream.operations.stack.status import JobStatus, Phase, ServiceStatus, StackStatus, read_status, write_status

MIB = 2**20


def status(**more: object) -> StackStatus:
    services = (
        ServiceStatus("valkey", Phase.READY, pid=12, start_seconds=0.2, memory_bytes=6 * MIB, port=6479),
        ServiceStatus("lake", Phase.READY, pid=13, metrics_url="http://127.0.0.1:8430/metrics"),
        ServiceStatus("api", Phase.SILENT, restarts=2, why="503 no export", url="http://127.0.0.1:8420"),
    )
    return StackStatus(pid=1, born=2.0, started_at=100.0, at=110.0, services=services, **more)


def test_a_status_survives_its_file(tmp_path):
    places = Places(tmp_path)
    write_status(places.status, status())
    assert read_status(places.status, places.jobs) == status()


def test_the_report_names_what_is_not_ready_and_why():
    job = JobStatus("gold", "tillstream lake gold", 60.0, next_at=130.0)
    lines = list(status_lines(status(jobs=(job,)), now=120.0))
    assert lines[0] == "stack not ready, pid 1, for 20 s, 6 MiB in all"
    assert " ".join(lines[1].split()) == "valkey ready 0.2 s to start 6 MiB (peak 0) pid 12 port 6479"
    assert " ".join(lines[2].split()) == "lake ready pid 13 metrics http://127.0.0.1:8430/metrics"
    assert " ".join(lines[3].split()) == "api silent 2 restarts 503 no export"
    assert lines[4].endswith("first in 10 s")
    assert lines[5] == "http://127.0.0.1:8420"


def test_where_no_stack_runs_there_is_none_though_an_old_status_lies_about(tmp_path):
    places = Places(tmp_path)
    write_status(places.status, status())
    assert running_stack(places) is None
    assert stop_stack(places, 0.1) == "no stack runs here"


def test_waiting_for_a_stack_that_ended_gives_its_last_line(tmp_path):
    places = Places(tmp_path)
    places.log("stack").parent.mkdir(parents=True)
    places.log("stack").write_text("starting\napi: port 8420 is taken by python (pid 7)\n")
    with pytest.raises(ServiceError, match="port 8420 is taken"):
        wait_until_ready(places, alive=lambda: False, seconds=5)


def test_the_last_lines_of_a_log_are_read_from_its_end(tmp_path):
    path = tmp_path / "lake.log"
    path.write_text("".join(f"line {n}\n" for n in range(20_000)))
    assert last_lines(path, 2) == ["line 19998", "line 19999"]
    assert last_lines(path, 0) == []


def test_a_log_that_is_not_there_names_those_that_are(tmp_path):
    places = Places(tmp_path)
    places.log("lake").parent.mkdir(parents=True)
    places.log("lake").touch()
    with pytest.raises(NotFound, match=r"no log of 'kale'.*there are: lake"):
        log_of(places, "kale")


def test_following_a_log_goes_on_after_it_was_emptied(tmp_path):
    path, found = tmp_path / "lake.log", []
    path.write_text("long before this began\n")

    def write() -> None:
        for text, mode in (("one\ntwo\n", "a"), ("three\n", "w")):
            time.sleep(0.1)
            with path.open(mode) as file:
                file.write(text)

    writer = threading.Thread(target=write)
    writer.start()
    for line in follow(path, lambda: len(found) == 3, pause_seconds=0.01):
        found.append(line)
        if len(found) == 3:
            break
    writer.join()
    assert found == ["one", "two", "three"]
