"""A consumer group's file: who is in it, who reads what, where it goes on.

Kept apart from the topics, so that a member stopped inside a commit holds up no producer.
"""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tillstream.adapters.log.interface import TopicPartition
from tillstream.adapters.log.sqlite.connection import connect, immediate
from tillstream.core.contracts import topic_named
from tillstream.core.errors import Fenced

SCHEMA = """
CREATE TABLE IF NOT EXISTS member (member_id TEXT PRIMARY KEY, topics TEXT NOT NULL, lease_until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS assignment (
  topic TEXT, partition INTEGER, member_id TEXT NOT NULL, PRIMARY KEY (topic, partition)
);
CREATE TABLE IF NOT EXISTS subscription (topic TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS progress (
  topic TEXT, partition INTEGER, next_offset INTEGER NOT NULL, PRIMARY KEY (topic, partition)
);
CREATE TABLE IF NOT EXISTS generation (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL);
INSERT OR IGNORE INTO generation VALUES (1, 0);
"""


@dataclass(frozen=True, slots=True)
class Membership:
    """What a member knows of its group."""

    generation: int
    assignment: frozenset[TopicPartition]


class GroupFile:
    """Every change is one short transaction; leases are wall-clock times, checked for steps of the clock."""

    def __init__(self, group: str, path: Path, *, lease_seconds: float, busy_timeout_seconds: float) -> None:
        self.group, self._lease_seconds = group, lease_seconds
        self._busy_timeout_seconds = busy_timeout_seconds
        # Not durable against power loss on purpose: falling back to an earlier commit only repeats work.
        self._connection = connect(path, SCHEMA, busy_timeout_seconds=busy_timeout_seconds, durable=False)

    def join(self, member_id: str, topics: Sequence[str]) -> Membership:
        """Adds or renews the member, shares out the partitions anew."""
        with immediate(self._connection, self.group, self._busy_timeout_seconds) as db:
            db.execute(
                "INSERT OR REPLACE INTO member VALUES (?,?,?)", (member_id, json.dumps(list(topics)), self._lease_end())
            )
            db.executemany("INSERT OR IGNORE INTO subscription VALUES (?)", [(topic,) for topic in topics])
            self._evict(db)
            self._share_out(db)
            return self._membership(db, member_id)

    def renew(self, member_id: str) -> Membership | None:
        """Renews the lease and evicts members whose own ran out; None if this one was evicted itself."""
        with immediate(self._connection, self.group, self._busy_timeout_seconds) as db:
            renewed = db.execute(
                "UPDATE member SET lease_until = ? WHERE member_id = ?", (self._lease_end(), member_id)
            ).rowcount
            if not renewed:
                return None
            if self._evict(db):
                self._share_out(db)
            return self._membership(db, member_id)

    def generation(self) -> int:
        """The group's generation; a read that takes no lock."""
        value: int = self._connection.execute("SELECT value FROM generation").fetchone()[0]
        return value

    def commit(self, member_id: str, generation: int, next_offsets: Mapping[TopicPartition, int]) -> None:
        """Moves the group on; raises Fenced, changing nothing, unless the member still owns all of it."""
        with immediate(self._connection, self.group, self._busy_timeout_seconds) as db:
            now = self._membership(db, member_id)
            if now.generation != generation:
                raise Fenced(self.group, member_id, f"its generation {generation} is not {now.generation}")
            if foreign := set(next_offsets) - now.assignment:
                raise Fenced(self.group, member_id, f"it does not own {sorted(foreign)}")
            db.execute("UPDATE member SET lease_until = ? WHERE member_id = ?", (self._lease_end(), member_id))
            db.executemany(
                "INSERT OR REPLACE INTO progress VALUES (?,?,?)",
                [(topic, partition, offset) for (topic, partition), offset in next_offsets.items()],
            )

    def leave(self, member_id: str) -> None:
        """Removes the member and shares out what it read."""
        with immediate(self._connection, self.group, self._busy_timeout_seconds) as db:
            db.execute("DELETE FROM member WHERE member_id = ?", (member_id,))
            self._share_out(db)

    def progress(self) -> dict[TopicPartition, int]:
        """Where the group goes on; partitions it never committed are absent."""
        rows = self._connection.execute("SELECT topic, partition, next_offset FROM progress")
        return {(topic, partition): offset for topic, partition, offset in rows}

    def subscriptions(self) -> set[str]:
        """Every topic the group ever read."""
        return {topic for (topic,) in self._connection.execute("SELECT topic FROM subscription")}

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _lease_end(self) -> float:
        return time.time() + self._lease_seconds

    def _evict(self, db: sqlite3.Connection) -> bool:
        # A lease further ahead than any could be was made before the clock stepped back.
        now = time.time()
        ran_out = db.execute(
            "DELETE FROM member WHERE lease_until < ? OR lease_until > ?", (now, now + 2 * self._lease_seconds)
        )
        return ran_out.rowcount > 0

    def _share_out(self, db: sqlite3.Connection) -> None:
        readers: dict[str, list[str]] = {}
        for member_id, topics in db.execute("SELECT member_id, topics FROM member ORDER BY member_id"):
            for topic in json.loads(topics):
                readers.setdefault(topic, []).append(member_id)
        db.execute("DELETE FROM assignment")
        db.executemany("INSERT INTO assignment VALUES (?,?,?)", list(_round_robin(readers)))
        db.execute("UPDATE generation SET value = value + 1")

    def _membership(self, db: sqlite3.Connection, member_id: str) -> Membership:
        generation = db.execute("SELECT value FROM generation").fetchone()[0]
        rows = db.execute("SELECT topic, partition FROM assignment WHERE member_id = ?", (member_id,))
        return Membership(generation, frozenset((topic, partition) for topic, partition in rows))


def _round_robin(readers: Mapping[str, Sequence[str]]) -> list[tuple[str, int, str]]:
    """Each topic's partitions dealt to its readers in turn; the start moves on from topic to topic."""
    dealt = []
    for turn, (topic, members) in enumerate(sorted(readers.items())):
        for partition in range(topic_named(topic).partitions):
            dealt.append((topic, partition, members[(turn + partition) % len(members)]))
    return dealt
