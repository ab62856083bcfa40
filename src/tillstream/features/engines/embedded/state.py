"""What the live engine and batch must not forget, in the file of feature_updates.v1 beside their output."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.features.engines.embedded.backlog import NO_JUMP
from tillstream.features.updates import UPDATES, Offsets, offsets_text, parse_offsets

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS state_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state_offsets (
  owner TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (owner, topic, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state_seen (
  topic TEXT NOT NULL, day INTEGER NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (topic, day, event_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state_open (
  key TEXT PRIMARY KEY, until_us INTEGER NOT NULL, tiles BLOB NOT NULL
) WITHOUT ROWID;
"""
_TABLES: Final = ("state_facts", "state_offsets", "state_seen", "state_open")
_IDENTITY: Final = "identity"
_HORIZON: Final = "released_until_us"
LIVE: Final = "live"
SOME_LIVE: Final = "some live"
"""Up to where some tile may count, where not all of them are as far as LIVE; empty where they always are."""
BATCH: Final = "batch"
IN_LAKE: Final = "in lake"
"""Up to where the lake had read when batch last sent: beyond BATCH may lie records that are no rows of silver."""
RESEND: Final = "resend"
"""The fact that asks batch for every released step again."""
SENT_UNTIL: Final = "batch_until_us"
"""The fact that says up to where batch has sent the released steps."""
_OWED: Final = "owed"
_OWED_UNTIL: Final = "owed_until_us"
_JUMPED_FROM: Final = "jumped_from_us"


class State:
    """The state within one transaction of the topic's file, or on a connection that only reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def prepare(self, identity: str) -> bool:
        """Makes the tables; if they hold another log or other definitions, empties them. Whether it did.

        An emptied state starts at the oldest records again, with the horizon that a move handed over for it. For other
        definitions batch owes every released step, as it does where it owed some.
        """
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'state_open'").fetchone():
            for statement in SCHEMA.split(";"):
                self._db.execute(statement)
        known = self.fact(_IDENTITY)
        if known == identity:
            return False
        if known and _definitions(known) != _definitions(identity):
            self.set_fact(RESEND, "1")
        self.begin(identity)
        return known is not None

    def begin(self, identity: str) -> None:
        """Empties it for an engine that starts at the oldest records."""
        asked_for_all = self.fact(RESEND) or self.fact(_OWED)
        handed = self.fact(_handed(identity))
        for table in _TABLES:
            self._db.execute(f"DELETE FROM {table}")
        self.set_fact(_IDENTITY, identity)
        if asked_for_all:
            self.set_fact(RESEND, "1")
        if handed:
            self.set_fact(_HORIZON, handed)

    def fact(self, name: str) -> str | None:
        """A fact by name."""
        found = self._db.execute("SELECT value FROM state_facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Sets a fact."""
        self._db.execute("INSERT OR REPLACE INTO state_facts VALUES (?, ?)", (name, value))

    def clear_fact(self, name: str) -> None:
        """Forgets a fact."""
        self._db.execute("DELETE FROM state_facts WHERE name = ?", (name,))

    @property
    def released_until_us(self) -> int:
        """Steps that ended by then belong to batch; grows and never falls."""
        return int(self.fact(_HORIZON) or 0)

    @released_until_us.setter
    def released_until_us(self, until_us: int) -> None:
        self.set_fact(_HORIZON, str(max(until_us, self.released_until_us)))

    @property
    def jumped_from_us(self) -> int:
        """Where the horizon stood before it first jumped over a backlog; NO_JUMP if it never did."""
        return int(self.fact(_JUMPED_FROM) or NO_JUMP)

    def note_jump(self) -> None:
        """The horizon is about to jump. The first jump counts: of its backlog some may still be unread at the next."""
        if self.fact(_JUMPED_FROM) is None:
            self.set_fact(_JUMPED_FROM, str(self.released_until_us))

    def owe(self, offsets: Offsets, until_us: int) -> bool:
        """Notes that batch owes some that was read below these offsets, in steps that ended by then.

        Whether it owed none before, and now does.
        """
        sent, owed = self.offsets(IN_LAKE), self.fact(_OWED)
        is_sent = all(following <= sent.get(place, 0) for place, following in offsets.items())
        if is_sent and until_us <= int(self.fact(SENT_UNTIL) or 0):
            return False
        known = parse_offsets(owed or "")
        now = {**known, **{place: max(n, known.get(place, 0)) for place, n in offsets.items()}}
        self.set_fact(_OWED, offsets_text(now, {topic for topic, _ in now}))
        self.set_fact(_OWED_UNTIL, str(max(until_us, int(self.fact(_OWED_UNTIL) or 0))))
        return owed is None

    def settle(self) -> bool:
        """Batch has sent what it says it has. Whether it owed some of that, and owes no more."""
        sent, owed = self.offsets(IN_LAKE), self.fact(_OWED)
        if owed is None or int(self.fact(SENT_UNTIL) or 0) < int(self.fact(_OWED_UNTIL) or 0):
            return False
        if any(n > sent.get(place, 0) for place, n in parse_offsets(owed).items()):
            return False
        self.clear_fact(_OWED)
        return True

    @property
    def owes(self) -> bool:
        """Whether batch has yet to send steps that it was asked for, or that were left to it unread."""
        return self.fact(RESEND) is not None or self.fact(_OWED) is not None

    def hand_over(self, identity: str, until_us: int) -> None:
        """Keeps a horizon for the state of another log: it does not hold whole the steps that ended by then."""
        self.set_fact(_handed(identity), str(until_us))

    def offsets(self, owner: str) -> dict[tuple[str, int], int]:
        """Where an owner, LIVE or BATCH, goes on in each source partition."""
        query = "SELECT topic, partition, next FROM state_offsets WHERE owner = ?"
        return {(topic, partition): following for topic, partition, following in self._db.execute(query, (owner,))}

    def set_offsets(self, owner: str, offsets: Offsets) -> None:
        """Moves an owner on."""
        rows = [(owner, topic, partition, following) for (topic, partition), following in offsets.items()]
        self._db.executemany("INSERT OR REPLACE INTO state_offsets VALUES (?,?,?,?)", rows)

    def clear_offsets(self, owner: str) -> None:
        """Forgets how far an owner came."""
        self._db.execute("DELETE FROM state_offsets WHERE owner = ?", (owner,))

    def seen(self, topic: str, day: int, event_ids: Iterable[str]) -> set[str]:
        """Those of the ids that counted already on that day."""
        query = (
            "SELECT s.event_id FROM json_each(?) j CROSS JOIN state_seen s "
            "ON s.topic = ? AND s.day = ? AND s.event_id = j.value"
        )
        return {row[0] for row in self._db.execute(query, (json.dumps(list(event_ids)), topic, day))}

    def add_seen(self, rows: Iterable[tuple[str, int, str]]) -> None:
        """Remembers ids (topic, day, event_id)."""
        self._db.executemany("INSERT OR IGNORE INTO state_seen VALUES (?,?,?)", rows)

    def open_tiles(self, keys: Iterable[str]) -> dict[str, bytes]:
        """What is kept of these entities."""
        query = "SELECT o.key, o.tiles FROM json_each(?) j CROSS JOIN state_open o ON o.key = j.value"
        return dict(self._db.execute(query, (json.dumps(list(keys)),)))

    def set_open_tiles(self, rows: Mapping[str, tuple[int, bytes]]) -> None:
        """Keeps tiles by key, each with the end of its last step."""
        self._db.executemany(
            "INSERT OR REPLACE INTO state_open VALUES (?,?,?)",
            [(key, until, tiles) for key, (until, tiles) in rows.items()],
        )

    def forget_until(self, until_us: int, day_us: int) -> None:
        """Drops what only released steps needed."""
        self._db.execute("DELETE FROM state_open WHERE until_us <= ?", (until_us,))
        self._db.execute("DELETE FROM state_seen WHERE day < ?", (until_us // day_us,))


def horizon_of(log: SqliteLog, identity: str) -> int:
    """Up to where the live engine of these definitions has released steps, or will have when it begins on that log."""
    with log.transaction(UPDATES) as transaction:
        transaction.connection.execute(SCHEMA.split(";")[0])
        state = State(transaction.connection)
        return state.released_until_us if state.fact(_IDENTITY) == identity else int(state.fact(_handed(identity)) or 0)


def hand_over(log: SqliteLog, identity: str, until_us: int) -> None:
    """Has the state of another log begin with this horizon, once it is asked for; until then nothing changes."""
    with log.transaction(UPDATES) as transaction:
        transaction.connection.execute(SCHEMA.split(";")[0])
        State(transaction.connection).hand_over(identity, until_us)


def batch_owes(log: SqliteLog, identity: str) -> bool:
    """Whether batch has yet to send released steps that readers lack; so too if the state is of other definitions."""
    with log.transaction(UPDATES) as transaction:
        transaction.connection.execute(SCHEMA.split(";")[0])
        state = State(transaction.connection)
        known = state.fact(_IDENTITY)
        if known is None:
            return False
        return _definitions(known) != _definitions(identity) or state.owes


def _handed(identity: str) -> str:
    return f"horizon for {identity}"


def _definitions(identity: str) -> str:
    return identity.split()[1]


def ask_for_all(log: SqliteLog) -> None:
    """Asks batch to send every released step again on its next run."""
    with log.transaction(UPDATES) as transaction:
        transaction.connection.execute(SCHEMA.split(";")[0])
        State(transaction.connection).set_fact(RESEND, "1")
