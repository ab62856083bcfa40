"""A durable outbox of one process: written before an answer leaves, forwarded to the log after.

One SQLite file a process under a shared folder, so that a stopped process holds up nobody.
Whoever starts next sends what a dead process left; copies fall out by their id.
"""

import fcntl
import json
import os
import queue
import sqlite3
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from tillstream.adapters.log.interface import Log
from tillstream.adapters.log.records import NewRecord
from tillstream.adapters.log.sqlite.connection import connect, immediate
from tillstream.core.errors import LogError, Transient
from tillstream.core.telemetry import logger

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
  place INTEGER PRIMARY KEY, id TEXT NOT NULL, alias TEXT, topic TEXT NOT NULL, key TEXT NOT NULL,
  value BLOB NOT NULL, headers TEXT NOT NULL, put_at REAL NOT NULL, sent INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS outbox_id ON outbox (id);
CREATE INDEX IF NOT EXISTS outbox_alias ON outbox (alias) WHERE alias IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_unsent ON outbox (place) WHERE sent = 0;
"""
_GROUP_ROWS = 256
_FORWARD_ROWS = 500
_NAP_SECONDS = 0.02
_ADOPT_SECONDS = 5.0
_BUSY_SECONDS = 2.0

log_line = logger("spool")


class SpoolUnavailable(LogError, Transient):
    """The spool cannot be written: the disk is full or gone."""


@dataclass(frozen=True, slots=True)
class _Put:
    row: tuple[str, str | None, str, str, bytes, str, float]
    done: "Future[None]"


class Spool:
    """Groups the commits of concurrent puts; forwards in order; keeps what it sent for look-ups."""

    def __init__(self, folder: Path, log: Log, *, keep_seconds: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._log, self._keep_seconds = folder, log, keep_seconds
        self._path = folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.db"
        self._lock = _lock(self._path)
        self._writer = _open(self._path)
        self._reader = _open(self._path)
        self._queue: queue.SimpleQueue[_Put | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write_forever, name="spool-writer", daemon=True),
            threading.Thread(target=self._forward_forever, name="spool-forwarder", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def put(self, topic: str, record: NewRecord, *, id: str, alias: str | None = None) -> "Future[None]":
        """Done when the record is on the disk; fails with SpoolUnavailable. Await it with asyncio.wrap_future.

        `id` and `alias` are what `get` finds it by.
        """
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()  # who gives up waiting takes nothing back: the writer still ends it
        row = (id, alias, topic, record.key, record.value, json.dumps(dict(record.headers)), time.time())
        self._queue.put(_Put(row, done))
        return done

    def get(self, *, id: str | None = None, alias: str | None = None) -> bytes | None:
        """The newest value under an id or an alias, of any process's spool that is still kept."""
        column, wanted = ("id", id) if id is not None else ("alias", alias)
        query = f"SELECT value FROM outbox WHERE {column} = ? ORDER BY place DESC LIMIT 1"
        if found := self._reader.execute(query, (wanted,)).fetchone():
            return bytes(found[0])
        for path in sorted(self._folder.glob("*.db")):
            if path == self._path:
                continue
            try:
                other = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.05)
                try:
                    found = other.execute(query, (wanted,)).fetchone()
                finally:
                    other.close()
            except sqlite3.OperationalError:
                continue  # drained and removed between the listing and the look
            if found:
                return bytes(found[0])
        return None

    def unsent(self) -> int:
        """Records of this process that the log does not have yet."""
        count: int = self._reader.execute("SELECT count(*) FROM outbox WHERE sent = 0").fetchone()[0]
        return count

    def close(self, *, drain_seconds: float = 2.0) -> None:
        """Stops taking records; what is still unsent after `drain_seconds` stays for the next process."""
        self._queue.put(None)
        self._threads[0].join()
        until = time.monotonic() + drain_seconds
        while time.monotonic() < until and self.unsent():
            time.sleep(_NAP_SECONDS)
        self._stop.set()
        self._threads[1].join()
        self._writer.close()
        self._reader.close()
        os.close(self._lock)

    def _write_forever(self) -> None:
        while (first := self._queue.get()) is not None:
            puts, last = [first], False
            while len(puts) < _GROUP_ROWS and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    last = True
                    break
                puts.append(following)
            self._commit(puts)
            if last:
                return

    def _commit(self, puts: Sequence[_Put]) -> None:
        try:
            with immediate(self._writer, "spool", _BUSY_SECONDS) as db:
                db.executemany(
                    "INSERT INTO outbox (id, alias, topic, key, value, headers, put_at) VALUES (?,?,?,?,?,?,?)",
                    [put.row for put in puts],
                )
        except (sqlite3.Error, LogError) as error:
            for put in puts:
                put.done.set_exception(SpoolUnavailable(f"the spool in {self._folder} cannot be written: {error}"))
            return
        for put in puts:
            put.done.set_result(None)

    def _forward_forever(self) -> None:
        own = _open(self._path)
        adopted_at = float("-inf")
        while not self._stop.wait(_NAP_SECONDS):
            try:
                _forward(own, self._log)
                if time.monotonic() - adopted_at > _ADOPT_SECONDS:
                    adopted_at = time.monotonic()
                    self._adopt()
                    self._forget(own)
            except (sqlite3.Error, LogError) as error:
                log_line.warning("spool_forward_failed", error=str(error))
                self._stop.wait(0.5)
        own.close()

    def _adopt(self) -> None:
        """Sends what dead processes left; their files stay for look-ups until they are old."""
        for path in sorted(self._folder.glob("*.db")):
            if path == self._path:
                continue
            lock = _lock_if_free(path)
            if lock is None:
                continue
            try:
                left = _open(path)
                while _forward(left, self._log):
                    pass
                newest = left.execute("SELECT max(put_at) FROM outbox").fetchone()[0]
                left.close()
                if newest is None or newest < time.time() - self._keep_seconds:
                    _remove(path)
            finally:
                os.close(lock)

    def _forget(self, own: sqlite3.Connection) -> None:
        own.execute("DELETE FROM outbox WHERE sent = 1 AND put_at < ?", (time.time() - self._keep_seconds,))


def _forward(outbox: sqlite3.Connection, log: Log) -> int:
    """Appends the oldest unsent records and marks them; a crash between the two sends them again."""
    rows = outbox.execute(
        "SELECT place, topic, key, value, headers FROM outbox WHERE sent = 0 ORDER BY place LIMIT ?", (_FORWARD_ROWS,)
    ).fetchall()
    by_topic: dict[str, list[NewRecord]] = {}
    for _, topic, key, value, headers in rows:
        by_topic.setdefault(topic, []).append(NewRecord(key, value, json.loads(headers)))
    for topic, records in by_topic.items():
        log.append(topic, records)
    if rows:
        with immediate(outbox, "spool", _BUSY_SECONDS) as db:
            db.executemany("UPDATE outbox SET sent = 1 WHERE place = ?", [(row[0],) for row in rows])
    return len(rows)


def _open(path: Path) -> sqlite3.Connection:
    return connect(path, SCHEMA, busy_timeout_seconds=_BUSY_SECONDS, durable=True)


def _lock(path: Path) -> int:
    """Held while the owner lives; the kernel lets go when it dies, however it dies."""
    descriptor = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _lock_if_free(path: Path) -> int | None:
    try:
        return _lock(path)
    except OSError:
        return None


def _remove(path: Path) -> None:
    for suffix in (".db", ".db-wal", ".db-shm", ".making", ".lock"):
        path.with_suffix(suffix).unlink(missing_ok=True)
