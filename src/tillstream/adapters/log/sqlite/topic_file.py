"""One topic in one file: append, read, end offsets, retention."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tillstream.adapters.log.records import NO_HEADERS, NewRecord, Place, Record, partition_of
from tillstream.adapters.log.sqlite.connection import connect, immediate
from tillstream.core.contracts import Topic

SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
  partition INTEGER NOT NULL, offset INTEGER NOT NULL, appended_at INTEGER NOT NULL,
  key TEXT NOT NULL, value BLOB NOT NULL, headers TEXT,
  PRIMARY KEY (partition, offset)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partitions (
  partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL, last_appended_at INTEGER NOT NULL
);
"""
_READ = (
    "SELECT offset, appended_at, key, value, headers FROM records "
    "WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?"
)
_DELETE_ROWS = 10_000
_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(dict[str, str]).decode


class TopicTransaction:
    """A write transaction on a topic's file: own tables (named `state_…`) and records, all or nothing."""

    def __init__(self, topic: Topic, connection: sqlite3.Connection, now_us: int) -> None:
        self.connection = connection
        self._topic, self._now_us = topic, now_us

    def append(self, records: Sequence[NewRecord]) -> list[Place]:
        """Appends within the transaction; visible and durable only when it ends well."""
        ends = {
            partition: [next_offset, last]
            for partition, next_offset, last in self.connection.execute("SELECT * FROM partitions")
        }
        rows, places = [], []
        for record in records:
            partition = record.partition
            if partition is None:
                partition = partition_of(record.key, self._topic.partitions)
            end = ends.setdefault(partition, [0, 0])
            # Append time never runs backwards within a partition, whatever the clock does.
            end[1] = max(end[1], self._now_us)
            headers = _ENCODE(record.headers).decode() if record.headers else None
            rows.append((partition, end[0], end[1], record.key, record.value, headers))
            places.append(Place(self._topic.name, partition, end[0]))
            end[0] += 1
        self.connection.executemany("INSERT INTO records VALUES (?,?,?,?,?,?)", rows)
        self.connection.executemany(
            "INSERT OR REPLACE INTO partitions VALUES (?,?,?)",
            [(p, offset, last) for p, (offset, last) in ends.items()],
        )
        return places


class TopicFile:
    """A topic's file; each thread writes through a connection of its own."""

    def __init__(self, topic: Topic, path: Path, *, busy_timeout_seconds: float, clock_us: Callable[[], int]) -> None:
        self.topic, self._path = topic, path
        self._busy_timeout_seconds, self._clock_us = busy_timeout_seconds, clock_us
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []

    def open_connection(self) -> sqlite3.Connection:
        """A new connection; the schema is there."""
        connection = connect(self._path, SCHEMA, busy_timeout_seconds=self._busy_timeout_seconds, durable=True)
        self._all.append(connection)
        return connection

    @property
    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self.open_connection()
        connection: sqlite3.Connection = self._local.connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[TopicTransaction]:
        """One durable write transaction on this file; raises LogBusy."""
        with immediate(self._connection, self.topic.name, self._busy_timeout_seconds) as connection:
            yield TopicTransaction(self.topic, connection, self._clock_us())

    def read(
        self, partition: int, offset: int, max_records: int, *, connection: sqlite3.Connection | None = None
    ) -> list[Record]:
        """Up to `max_records` from `offset` on, in order."""
        rows = (connection or self._connection).execute(_READ, (partition, offset, max_records))
        name, new = self.topic.name, tuple.__new__  # a named tuple's own constructor is Python code, run once a record
        return [
            new(Record, (name, partition, at, appended, key, value, _DECODE(headers) if headers else NO_HEADERS))
            for at, appended, key, value, headers in rows
        ]

    def end_offsets(self) -> dict[int, int]:
        """For every partition of the topic, also the empty ones."""
        found = dict(self._connection.execute("SELECT partition, next_offset FROM partitions"))
        return {partition: found.get(partition, 0) for partition in range(self.topic.partitions)}

    def delete_before(self, cutoff_us: int, read_offsets: dict[int, int]) -> int:
        """Deletes records appended before `cutoff_us` and below each partition's read offset; rows deleted.

        In short transactions, so that the door waits for none of them long.
        """
        deleted = 0
        for partition in range(self.topic.partitions):
            while True:
                with self.transaction() as transaction:
                    count = transaction.connection.execute(
                        "DELETE FROM records WHERE partition = ?1 AND offset IN (SELECT offset FROM records WHERE "
                        "partition = ?1 AND offset < ?2 AND appended_at < ?3 ORDER BY offset LIMIT ?4)",
                        (partition, read_offsets.get(partition, 0), cutoff_us, _DELETE_ROWS),
                    ).rowcount
                deleted += count
                if count < _DELETE_ROWS:
                    break
        if deleted:
            self._connection.execute("PRAGMA incremental_vacuum").fetchall()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return deleted

    def close(self) -> None:
        """Closes every thread's connection."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._local = threading.local()


def wall_clock_us() -> int:
    """Now, in microseconds since 1970."""
    return time.time_ns() // 1000
