"""The embedded log, held to the suite; and what is its own: leases that only the others end, deletion, stops."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.log.suite import *  # noqa: F403
from tests.conformance.log.suite import OpenLog, after, numbered, poll_until

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import TOPICS
from tillstream.core.errors import LogBusy
from tillstream.core.settings import LogSettings

SETTINGS = LogSettings(lease_seconds=1.0, busy_timeout_seconds=0.5)


@pytest.fixture
def open_log(tmp_path: Path) -> OpenLog:
    return lambda: SqliteLog(tmp_path / "log", SETTINGS)


def test_a_transaction_takes_own_tables_and_records_or_nothing(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path, SETTINGS)

    def write_and_fail() -> None:
        with log.transaction("orders.v1") as transaction:
            transaction.connection.execute("CREATE TABLE state_x (a)")
            transaction.append(numbered(3))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert log.read("orders.v1", 0, 0, 10) + log.read("orders.v1", 1, 0, 10) == []
    with log.transaction("orders.v1") as transaction:
        transaction.connection.execute("CREATE TABLE state_x (a)")
        transaction.append(numbered(3))
    assert sum(log.end_offsets("orders.v1").values()) == 3


def test_append_time_never_runs_backwards(tmp_path: Path) -> None:
    ticks = iter([2_000, 1_000, 3_000])
    log = SqliteLog(tmp_path, SETTINGS, clock_us=lambda: next(ticks))
    for _ in range(3):
        log.append("orders.v1", numbered(1))
    partition = next(p for p, end in log.end_offsets("orders.v1").items() if end)
    assert [one.appended_at_us for one in log.read("orders.v1", partition, 0, 10)] == [2_000, 2_000, 3_000]


def test_retention_keeps_what_the_slowest_group_has_not_read(tmp_path: Path) -> None:
    day_us = 86_400 * 10**6
    now = [0]
    log = SqliteLog(tmp_path, SETTINGS, clock_us=lambda: now[0])
    log.append("orders.v1", numbered(10))
    slow, fast = log.consumer("slow", ["orders.v1"]), log.consumer("fast", ["orders.v1"])
    found = poll_until(fast, 10)
    fast.commit(after(found))
    slow.commit(after(found[:4]))
    now[0] = TOPICS["orders.v1"].retention_seconds * 10**6 + day_us
    log.append("orders.v1", numbered(1))
    assert log.apply_retention(now[0])["orders.v1"] == 4
    slow.commit(after(found))
    assert log.apply_retention(now[0])["orders.v1"] == 6
    assert log.apply_retention(now[0])["orders.v1"] == 0
    # Deleted offsets are never given out again.
    assert log.end_offsets("orders.v1")[found[0].partition] == 11


HOLD = """
import sys, time
from pathlib import Path
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.log import NewRecord
log = SqliteLog(Path(sys.argv[1]))
with log.transaction("feature_updates.v1") as t:
    t.append([NewRecord("k", b"half done")])
    print("holding", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "holding"
        yield process
        process.kill()


def test_a_process_stopped_inside_a_transaction_holds_up_only_what_it_writes(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    holder.send_signal(signal.SIGSTOP)
    log = SqliteLog(tmp_path, SETTINGS)
    begun = time.monotonic()
    log.append("clicks.v1", numbered(1))
    consumer = log.consumer("g", ["clicks.v1"])
    assert len(poll_until(consumer, 1)) == 1
    consumer.close()
    assert time.monotonic() - begun < 2.0
    with pytest.raises(LogBusy, match="another process held the file"):
        log.append("feature_updates.v1", numbered(1))


def test_a_killed_writer_leaves_all_or_nothing(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    log = SqliteLog(tmp_path, SETTINGS)
    assert sum(log.end_offsets("feature_updates.v1").values()) == 0
    log.append("feature_updates.v1", numbered(2))
    assert sum(log.end_offsets("feature_updates.v1").values()) == 2


def test_an_append_waits_for_the_disk_before_it_returns(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path, SETTINGS)
    log.append("clicks.v1", numbered(1))
    with log.transaction("clicks.v1") as transaction:
        full = 2
        assert transaction.connection.execute("PRAGMA synchronous").fetchone() == (full,)
    assert sqlite3.connect(tmp_path / "topics" / "clicks.v1.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_topics_and_groups_lie_in_files_of_their_own(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path, SETTINGS)
    log.append("clicks.v1", numbered(1))
    log.consumer("lake", ["clicks.v1"]).close()
    assert (tmp_path / "topics" / "clicks.v1.db").exists()
    assert (tmp_path / "groups" / "lake.db").exists()
