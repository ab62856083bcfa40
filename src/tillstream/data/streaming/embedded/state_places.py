"""Where a job's state lies, and how its output goes with it: all or nothing on SQLite, after the commit elsewhere."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Protocol

from tillstream.adapters.log import Log, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.log.sqlite.connection import connect, immediate
from tillstream.data.streaming.embedded.keyed_state import SCHEMA, KeyedState

_SEND_ROWS: Final = 5_000
_WAIT_SECONDS: Final = 5.0


class Transaction(Protocol):
    """State and output that come to be together."""

    @property
    def connection(self) -> sqlite3.Connection:
        """Where the state's tables are."""

    def append(self, records: Sequence[NewRecord]) -> object:
        """Output of this transaction."""


class StatePlace(Protocol):
    """Where state and output go."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """One durable transaction; raises LogBusy."""

    def send(self) -> None:
        """Sends what was committed and is not on the log yet."""


class InTopic:
    """In the file of the output topic on the SQLite log: state, offsets and records in one commit."""

    def __init__(self, log: SqliteLog, topic: str) -> None:
        self._log, self._topic = log, topic

    def transaction(self) -> AbstractContextManager[Transaction]:
        """See StatePlace."""
        return self._log.transaction(self._topic)

    def send(self) -> None:
        """Nothing is left to send."""


class InFile:
    """In a file of its own, beside a log that takes no part in the commit.

    Records are kept with the state and sent after it, so that what is sent after a crash is what was to be
    sent before: the same bytes, perhaps twice.
    """

    def __init__(self, path: Path, log: Log, topic: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._log, self._topic, self._name = log, topic, path.stem
        self._connection = connect(path, SCHEMA, busy_timeout_seconds=_WAIT_SECONDS, durable=True)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See StatePlace."""
        with immediate(self._connection, self._name, _WAIT_SECONDS) as connection:
            yield _Kept(connection)

    def send(self) -> None:
        """See StatePlace."""
        state = KeyedState(self._connection)
        while True:
            last, records = state.unsent(_SEND_ROWS)
            if not records:
                return
            self._log.append(self._topic, records)
            with self.transaction():
                state.forget_sent(last)


class _Kept:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def append(self, records: Sequence[NewRecord]) -> None:
        KeyedState(self.connection).keep_unsent(records)
