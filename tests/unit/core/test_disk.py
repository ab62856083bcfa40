import errno
import sqlite3

import pytest

from tillstream.core.disk import DiskFull, is_no_room, room_for
from tillstream.core.errors import Transient


def full_sqlite() -> sqlite3.Error:
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.Error) as raised:
        db.executescript("CREATE TABLE t (v BLOB); INSERT INTO t VALUES (zeroblob(100000));")
    db.close()
    return raised.value


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError(
            "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"
        ),
        full_sqlite(),
    ],
    ids=["os", "quota", "delta-rs", "sqlite"],
)
def test_a_full_disk_is_told_in_one_way_whoever_noticed(error: Exception) -> None:
    with (
        pytest.raises(DiskFull, match="the lake: no space left on its disk; free some") as raised,
        room_for("the lake"),
    ):
        raise error
    assert isinstance(raised.value, Transient)
    assert raised.value.__cause__ is error


def test_other_errors_stay_what_they_are() -> None:
    other = OSError(errno.EACCES, "Permission denied")
    assert not is_no_room(other)
    with pytest.raises(PermissionError), room_for("the lake"):
        raise other
