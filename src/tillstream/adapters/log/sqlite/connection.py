"""How every file of the log is opened."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tillstream.core.disk import DiskFull, room_for
from tillstream.core.errors import LogBusy, LogError


class LogFull(DiskFull, LogError):
    """No space is left where the log lies; nothing of the transaction is on it."""


def connect(path: Path, schema: str, *, busy_timeout_seconds: float, durable: bool) -> sqlite3.Connection:
    """A connection in WAL mode that begins transactions only when told to; the schema is there.

    `durable` makes a commit wait for the disk; without it a commit survives the process but
    may be lost, whole, with the power. Opening takes no lock on a file that was made before, so a
    process stopped inside a write holds up nobody who only opens.
    """
    if not path.exists():
        with room_for(path.stem, LogFull):
            _make(path, schema)
    connection = _plain(path, busy_timeout_seconds)
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    return connection


def _make(path: Path, schema: str) -> None:
    """The file whole, or not at all: made beside and renamed, one process at a time."""
    with path.with_suffix(".making").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if path.exists():
            return
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        connection = _plain(draft, 5.0)
        # Before the first table, so that retention can give pages back without a rewrite.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.executescript(schema)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        draft.rename(path)


def _plain(path: Path, busy_timeout_seconds: float) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=busy_timeout_seconds, isolation_level=None, check_same_thread=False, cached_statements=256
    )


@contextmanager
def immediate(connection: sqlite3.Connection, what: str, waited_seconds: float) -> Iterator[sqlite3.Connection]:
    """One write transaction; rolls back on any error; raises LogBusy if another process kept the file, LogFull."""
    with room_for(what, LogFull):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise LogBusy(what, waited_seconds) from error
            raise
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether SQLite gave up because somebody else held the file."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
