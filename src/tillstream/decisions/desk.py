"""What every decision has at hand, and the way each goes: deadline, breaker, record, answer."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tillstream.adapters.log.records import NewRecord
from tillstream.core.errors import LogError, StoreUnavailable
from tillstream.decisions.answers import canonical
from tillstream.decisions.errors import NoSnapshot, RecordNotWritten
from tillstream.decisions.modes import Lack, age_in_words
from tillstream.decisions.once import Once
from tillstream.decisions.policy import Policy
from tillstream.decisions.ports import Champion, Clock, Outbox, Reader, Rows, Untrained
from tillstream.decisions.record.entry import Entry, Versions, encode_entry
from tillstream.decisions.snapshot.catalogue import Catalogue
from tillstream.features.definitions import UseCase

DECISIONS = "decisions.v1"


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer that may leave: its record is durable."""

    body: bytes
    decision_id: str
    use_case: str
    mode: str
    arm: str


@dataclass(slots=True)
class Lacks:
    """What was missing for one decision, with a sentence each; becomes its mode and its first reasons."""

    names: list[Lack]
    notes: list[str]

    @classmethod
    def none(cls) -> "Lacks":
        """Nothing is missing so far."""
        return cls([], [])

    def add(self, name: Lack, note: str) -> None:
        """One more thing is missing."""
        self.names.append(name)
        self.notes.append(note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts a decision is made with; built once a process, by its wiring."""

    reader: Reader
    champion: Callable[[str], Champion[Any] | Untrained]
    catalogue: Callable[[], Catalogue | None]
    outbox: Outbox
    policy: Policy
    clock: Clock
    code: str
    record_seconds: float
    """How long a record may take to become durable."""
    stale_seconds: float
    """Live features older than this are named."""
    store_read: Callable[[str, Mapping[str, int]], None] = lambda _outcome, _missing: None
    """Told of each round trip to the store: how it came out, and how many ids of each entity kind it did not know."""
    once: Once = field(default_factory=Once)

    async def read(
        self, wanted: Mapping[str, Sequence[str]], use_case: UseCase, at_us: int, lacks: Lacks
    ) -> Rows | None:
        """One round trip, or None and a note where the store does not answer in time; old values get a note, too."""
        try:
            rows = await self.reader.read(wanted, use_case, at_us)
        except StoreUnavailable as error:
            self.store_read(error.outcome, {})
            if "store_down" not in lacks.names:
                lacks.add("store_down", f"live features cannot be read{self._snapshot_words(at_us)}")
            return None
        age_seconds = 0.0 if rows.counted_until_us is None else (at_us - rows.counted_until_us) / 1e6
        is_stale = age_seconds > self.stale_seconds
        if is_stale and "features_stale" not in lacks.names:
            lacks.add("features_stale", f"live features stand still since {age_in_words(age_seconds)}")
        self.store_read("stale" if is_stale else "fresh", rows.missing)
        return rows

    def model(self, use_case: str, lacks: Lacks) -> Champion[Any] | None:
        """The champion, or None and a note that says why there is none."""
        found = self.champion(use_case)
        if isinstance(found, Untrained):
            lacks.add(found.lack, found.why)
            return None
        return found

    def shelf(self) -> Catalogue:
        """The snapshot that serves; raises NoSnapshot."""
        found = self.catalogue()
        if found is None:
            raise NoSnapshot("this home")
        return found

    def versions(self, champion: Champion[Any] | None, catalogue: Catalogue | None, position: str | None) -> Versions:
        """What decided."""
        return Versions(
            code=self.code,
            policy=self.policy.digest,
            export=champion.digest if champion else None,
            model=champion.name if champion else None,
            snapshot=catalogue.snapshot_id if catalogue is not None else None,
            position=position,
        )

    async def recorded(self, decision_id: str) -> bytes | None:
        """The event of a decision that some process's spool still keeps; raises RecordNotWritten if it is broken."""
        try:
            return await asyncio.to_thread(self.outbox.get, id=decision_id)
        except (LogError, OSError, sqlite3.Error) as error:
            raise RecordNotWritten(f"the spool cannot be read: {error}") from error

    async def record(self, entry: Entry, *, alias: str | None = None) -> Decided:
        """Writes the record, then hands out the answer; raises RecordNotWritten, and then nothing may leave."""
        body = canonical(entry.answer)
        record = NewRecord(entry.decision_id, encode_entry(entry, body))
        try:
            done = self.outbox.put(DECISIONS, record, id=entry.decision_id, alias=alias)
            await asyncio.wait_for(asyncio.wrap_future(done), self.record_seconds)
        except (LogError, OSError, TimeoutError) as error:
            raise RecordNotWritten(f"the decision could not be recorded, so none is given: {error}") from error
        return Decided(body, entry.decision_id, entry.use_case, entry.mode, entry.arm)

    def _snapshot_words(self, at_us: int) -> str:
        catalogue = self.catalogue()
        if catalogue is None:
            return ""
        return f": decided from a snapshot {age_in_words((at_us - catalogue.made_at_us) / 1e6)} old"
