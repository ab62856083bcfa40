"""What a streaming job must not forget: its keys' states, where it reads on, and what it has yet to send."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tillstream.adapters.log import NewRecord
from tillstream.core.errors import LogError, NotFound, Permanent, Transient
from tillstream.data.streaming.logic.watermark import NEVER, Partition

_TABLES: Final = {
    "state_facts": "name TEXT PRIMARY KEY, value TEXT NOT NULL",
    "state_offsets": "topic TEXT, partition INTEGER, next INTEGER NOT NULL, newest_ms INTEGER, "
    "PRIMARY KEY (topic, partition)",
    "state_keys": "key TEXT PRIMARY KEY, state BLOB NOT NULL",
    "state_unsent": "number INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL, headers BLOB NOT NULL",
}
SCHEMA: Final = "\n".join(f"CREATE TABLE IF NOT EXISTS {name} ({columns});" for name, columns in _TABLES.items())
IDENTITY: Final = "identity"
"""The fact that says what a state is bound to."""
_TURN, _WATERMARK = "turn", "watermark_ms"


class Overtaken(LogError, Transient):
    """Another worker of the job has taken its state over; nothing was written."""

    def __init__(self, job: str) -> None:
        super().__init__(f"{job}: another worker has taken over its state; this one reads it again")


class OtherState(LogError, Permanent):
    """A savepoint belongs to another log or to other settings."""

    def __init__(self, path: Path, found: str | None, wanted: str) -> None:
        super().__init__(f"{path}: a savepoint of {found or 'nothing'}, not of {wanted}; start without it")


def identity(log_id: str, meaning: str) -> str:
    """What a state is bound to: offsets of another log, and keys of other settings, mean nothing."""
    return f"{log_id} {meaning}"


class KeyedState:
    """The state within one transaction, or on a connection that only reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def prepare(self, identity: str) -> bool:
        """Makes the tables; empties them if they belong to another log or other settings. Whether it did."""
        for statement in SCHEMA.splitlines():
            self._db.execute(statement)
        known = self.fact(IDENTITY)
        if known == identity:
            return False
        for table in _TABLES:
            self._db.execute(f"DELETE FROM {table}")
        self.set_fact(IDENTITY, identity)
        return known is not None

    def exists(self) -> bool:
        """Whether a job has left anything here."""
        return bool(self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'state_keys'").fetchone())

    def fact(self, name: str) -> str | None:
        """A fact by name."""
        found = self._db.execute("SELECT value FROM state_facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Sets a fact."""
        self._db.execute("INSERT OR REPLACE INTO state_facts VALUES (?, ?)", (name, value))

    def take_over(self) -> int:
        """The number of the turn that begins now; every worker of an earlier one is overtaken."""
        turn = self.turn + 1
        self.set_fact(_TURN, str(turn))
        return turn

    @property
    def turn(self) -> int:
        """The turn of the worker that took over last."""
        return int(self.fact(_TURN) or 0)

    @property
    def watermark_ms(self) -> int:
        """How far event time had come."""
        return int(self.fact(_WATERMARK) or NEVER)

    @watermark_ms.setter
    def watermark_ms(self, at_ms: int) -> None:
        self.set_fact(_WATERMARK, str(at_ms))

    def progress(self) -> dict[Partition, tuple[int, int | None]]:
        """For each partition that was read, the next offset and its newest event's millisecond."""
        rows = self._db.execute("SELECT topic, partition, next, newest_ms FROM state_offsets")
        return {(topic, partition): (following, newest) for topic, partition, following, newest in rows}

    def set_progress(self, offsets: Mapping[Partition, int], newest_ms: Mapping[Partition, int]) -> None:
        """Moves partitions on."""
        rows = [(*place, following, newest_ms.get(place)) for place, following in offsets.items()]
        self._db.executemany("INSERT OR REPLACE INTO state_offsets VALUES (?,?,?,?)", rows)

    def keys(self) -> dict[str, bytes]:
        """Every key's state."""
        return dict(self._db.execute("SELECT key, state FROM state_keys"))

    def set_keys(self, states: Iterable[tuple[str, bytes]], gone: Iterable[str]) -> None:
        """Keeps states by key, and forgets the keys that are gone."""
        self._db.executemany("INSERT OR REPLACE INTO state_keys VALUES (?,?)", states)
        self._db.executemany("DELETE FROM state_keys WHERE key = ?", ((key,) for key in gone))

    def keep_unsent(self, records: Sequence[NewRecord]) -> None:
        """Keeps records to be sent once this transaction holds."""
        rows = [(one.key, one.value, msgspec.json.encode(one.headers)) for one in records]
        self._db.executemany("INSERT INTO state_unsent (key, value, headers) VALUES (?,?,?)", rows)

    def unsent(self, limit: int) -> tuple[int, list[NewRecord]]:
        """The oldest records to be sent, and the number of the last of them."""
        query = "SELECT number, key, value, headers FROM state_unsent ORDER BY number LIMIT ?"
        rows = self._db.execute(query, (limit,)).fetchall()
        headers = msgspec.json.Decoder(dict[str, str]).decode
        return rows[-1][0] if rows else 0, [NewRecord(key, value, headers(more)) for _, key, value, more in rows]

    def forget_sent(self, until_number: int) -> None:
        """Forgets records that are on the log."""
        self._db.execute("DELETE FROM state_unsent WHERE number <= ?", (until_number,))


def write_savepoint(connection: sqlite3.Connection, path: Path) -> int:
    """Copies the state as it is at one moment into a new file; gives the number of keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    copy = sqlite3.connect(draft)
    connection.execute("BEGIN")
    try:
        copy.executescript(SCHEMA)
        for table, rows in ((name, connection.execute(f"SELECT * FROM {name}").fetchall()) for name in _TABLES):
            if rows:
                copy.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        copy.commit()
        keys: int = copy.execute("SELECT COUNT(*) FROM state_keys").fetchone()[0]
    finally:
        connection.execute("ROLLBACK")
        copy.close()
    draft.replace(path)
    return keys


def restore_savepoint(connection: sqlite3.Connection, path: Path, identity: str) -> None:
    """Puts a savepoint in the place of the state; raises NotFound, OtherState."""
    if not path.is_file():
        raise NotFound(f"no savepoint {path}; make one with: tillstream streaming savepoint JOB")
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = KeyedState(source).fact(IDENTITY) if KeyedState(source).exists() else None
        if found != identity:
            raise OtherState(path, found, identity)
        state = KeyedState(connection)
        state.prepare(identity)
        turn = state.turn
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table}")
            rows = source.execute(f"SELECT * FROM {table}").fetchall()
            if rows:
                connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        state.set_fact(_TURN, str(max(turn, state.turn)))
    finally:
        source.close()
