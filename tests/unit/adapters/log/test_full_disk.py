"""SQLite's own limit on a file's pages stands in for the disk: what it raises is what a full disk raises."""

from pathlib import Path

import pytest

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.grouped import GroupedAppender
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.disk import DiskFull
from tillstream.core.errors import LogError, Transient

TOPIC = "clicks.v1"
LARGE = [NewRecord("k", b"x" * 10_000) for _ in range(20)]
NO_LIMIT = 2**30


def set_room(log: SqliteLog, pages: int) -> None:
    """For the connection of this thread."""
    with log.transaction(TOPIC) as transaction:
        transaction.connection.execute(f"PRAGMA max_page_count = {pages}")


def values(log: SqliteLog) -> list[bytes]:
    return [record.value for p in log.end_offsets(TOPIC) for record in log.read(TOPIC, p, 0, 1000)]


def test_an_append_without_room_appends_nothing_and_says_so(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    log.append(TOPIC, [NewRecord("k", b"before")])
    set_room(log, 10)
    with pytest.raises(DiskFull, match=r"clicks\.v1: no space left on its disk") as raised:
        log.append(TOPIC, [NewRecord("k", b"small"), *LARGE])
    assert isinstance(raised.value, LogError)
    assert isinstance(raised.value, Transient)
    assert values(log) == [b"before"]
    set_room(log, NO_LIMIT)
    log.append(TOPIC, LARGE)
    assert values(log) == [b"before", *(record.value for record in LARGE)]
    log.close()


def test_every_caller_of_the_door_hears_of_it_and_the_next_is_served(tmp_path: Path) -> None:
    log, room = SqliteLog(tmp_path), [10]

    class Crowded:
        def append(self, topic: str, records: list[NewRecord]) -> object:
            set_room(log, room[0])
            return log.append(topic, records)

    appender = GroupedAppender(Crowded())  # type: ignore[arg-type]
    waiting = [appender.append(TOPIC, LARGE) for _ in range(3)]
    assert all(isinstance(one.exception(10), DiskFull) for one in waiting)
    room[0] = NO_LIMIT
    assert len(appender.append(TOPIC, LARGE).result(10)) == len(LARGE)
    appender.close()
    log.close()
