import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.grouped import GroupedAppender
from tillstream.adapters.log.spool import SCHEMA, Spool, SpoolUnavailable
from tillstream.adapters.log.sqlite import SqliteLog


@pytest.fixture
def log(tmp_path: Path) -> SqliteLog:
    return SqliteLog(tmp_path / "log")


def eventually(condition: Callable[[], object], *, limit_seconds: float = 10.0) -> None:
    until = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)


def values(log: SqliteLog, topic: str = "decisions.v1") -> list[bytes]:
    return [one.value for p in log.end_offsets(topic) for one in log.read(topic, p, 0, 1000)]


def test_a_put_is_durable_then_found_then_on_the_log(tmp_path: Path, log: SqliteLog) -> None:
    spool = Spool(tmp_path / "spool", log, keep_seconds=60)
    spool.put("decisions.v1", NewRecord("d1", b"record"), id="d1", alias="payment:y1").result(5)
    assert spool.get(id="d1") == spool.get(alias="payment:y1") == b"record"
    assert spool.get(id="d2") is None
    eventually(lambda: values(log) == [b"record"])
    eventually(lambda: spool.unsent() == 0)
    spool.close()


def test_another_process_answers_for_it_too(tmp_path: Path, log: SqliteLog) -> None:
    one, other = (Spool(tmp_path / "spool", log, keep_seconds=60) for _ in range(2))
    one.put("decisions.v1", NewRecord("d1", b"record"), id="d1").result(5)
    assert other.get(id="d1") == b"record"
    one.close()
    other.close()


DIES = """
import os, sys
from pathlib import Path
from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.spool import Spool

class Deaf:
    def append(self, topic, records):
        from tillstream.core.errors import LogBusy
        raise LogBusy(topic, 0.0)

spool = Spool(Path(sys.argv[1]), Deaf(), keep_seconds=60)
for n in range(20):
    spool.put("decisions.v1", NewRecord("d", b"%d" % n), id=f"d{n}").result(5)
os.kill(os.getpid(), 9)
"""


def test_a_new_process_sends_what_a_dead_one_left(tmp_path: Path, log: SqliteLog) -> None:
    died = subprocess.run([sys.executable, "-c", DIES, str(tmp_path / "spool")], check=False)
    assert died.returncode == -9
    spool = Spool(tmp_path / "spool", log, keep_seconds=60)
    assert spool.get(id="d7") == b"7"
    eventually(lambda: len(values(log)) >= 20)
    assert sorted(values(log), key=int) == [b"%d" % n for n in range(20)]
    spool.close()


def test_a_spool_that_cannot_be_written_says_so(tmp_path: Path, log: SqliteLog) -> None:
    spool = Spool(tmp_path / "spool", log, keep_seconds=60)
    file = next((tmp_path / "spool").glob("*.db"))
    with contextlib.closing(sqlite3.connect(file)) as vandal:
        vandal.execute("DROP TABLE outbox")
    with pytest.raises(SpoolUnavailable, match="cannot be written"):
        spool.put("decisions.v1", NewRecord("d", b"x"), id="d").result(5)
    with contextlib.closing(sqlite3.connect(file)) as mender:
        mender.executescript(SCHEMA)
    spool.close()


def test_grouped_appends_keep_each_callers_places(log: SqliteLog) -> None:
    appender = GroupedAppender(log)
    waits = [appender.append("orders.v1", [NewRecord(f"k{n}", b"%d" % n)]) for n in range(200)]
    places = [wait.result(10)[0] for wait in waits]
    appender.close()
    assert len(set(places)) == 200
    for n, place in enumerate(places):
        assert log.read(place.topic, place.partition, place.offset, 1)[0].value == b"%d" % n


def test_a_caller_that_gives_up_stops_nobody_elses_record(tmp_path: Path, log: SqliteLog) -> None:
    spool = Spool(tmp_path / "spool", log, keep_seconds=60)
    appender = GroupedAppender(log)
    for _ in range(200):
        spool.put("decisions.v1", NewRecord("k", b"given up"), id="given-up").cancel()
        appender.append("clicks.v1", [NewRecord("k", b"given up")]).cancel()

    spool.put("decisions.v1", NewRecord("k", b"kept"), id="kept").result(timeout=5)
    appender.append("clicks.v1", [NewRecord("k", b"kept")]).result(timeout=5)

    assert spool.get(id="given-up") == b"given up"
    spool.close()
    appender.close()
    assert len(values(log, "clicks.v1")) == 201
