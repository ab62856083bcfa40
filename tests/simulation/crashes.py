"""A log whose process dies at drawn moments: before a commit, inside it, after it, before the group hears of it."""

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tillstream.adapters.log import NewRecord, Place
from tillstream.adapters.log.sqlite import SqliteLog, TopicTransaction

CRASHES_AT_MOST = 4


class Crash(Exception):
    """The process is gone; what was committed stays."""


class Fate:
    """Draws when to crash; after so many crashes a run goes through."""

    def __init__(self, chance: random.Random) -> None:
        self.begin(chance)

    def begin(self, chance: random.Random) -> None:
        """A new run, with its own chance."""
        self._chance, self.crashes = chance, 0

    def stop(self) -> None:
        """No crash until the next `begin`."""
        self.crashes = CRASHES_AT_MOST

    def decide(self) -> None:
        """Raises Crash, or not."""
        if self.crashes < CRASHES_AT_MOST and self._chance.random() < 0.12:
            self.crashes += 1
            raise Crash


class CrashingLog(SqliteLog):
    """The SQLite log, opened by a process that may die at each commit."""

    def __init__(self, folder: Path, fate: Fate) -> None:
        super().__init__(folder)
        self._fate = fate

    @contextmanager
    def transaction(self, topic: str) -> Iterator[TopicTransaction]:
        """See SqliteLog."""
        self._fate.decide()
        with super().transaction(topic) as transaction:
            yield transaction
            self._fate.decide()
        self._fate.decide()

    def append(self, topic: str, records: Sequence[NewRecord]) -> list[Place]:
        """See SqliteLog."""
        with self.transaction(topic) as transaction:
            return transaction.append(records)


def bury(log: SqliteLog, folder: Path) -> None:
    """Closes what the dead process had open; its lease is over."""
    log.close()
    shutil.rmtree(folder / "groups", ignore_errors=True)
