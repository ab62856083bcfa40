"""The one writer: brings the store up to date with feature_updates.v1, in order."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from tillstream.adapters.log import Record
from tillstream.adapters.store import WritingStore
from tillstream.core.contracts import topic_named
from tillstream.core.telemetry import logger
from tillstream.features.definitions import Schema
from tillstream.features.errors import FingerprintUnknown, RowBroken
from tillstream.features.online.merging import merged_row, tiles_by_key
from tillstream.features.online.position import COUNTED, NEVER, POSITION, PREFIX, Position, decode_position
from tillstream.features.updates import OWED, RESENT, UPDATES, Tiles

_DAY_SECONDS: Final = 86_400
_CENTURY_SECONDS: Final = 36_525 * _DAY_SECONDS
_ROWS_AT_MOST: Final = 4_000
_COUNTED_SECONDS: Final = 30 * _DAY_SECONDS

log_line = logger("features.writer")


class Updates(Protocol):
    """The part of the log that the writer reads."""

    @property
    def log_id(self) -> str:
        """Changes when the log is made anew."""

    def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        """Records from `offset` on."""

    def end_offsets(self, topic: str) -> dict[int, int]:
        """Where each partition ends."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one call did."""

    records: int = 0
    rows: int = 0
    unknown: int = 0
    """Records of another fingerprint: definitions that are not in force."""
    unreadable: str | None = None
    """Why the store had to be emptied: a row in it that this version did not write."""
    is_level: bool = True
    """Whether the store now holds all that lay in the topic when the call began."""


class OnlineWriter:
    """Reads where the store says it stands, and moves rows and position in one step.

    A second writer is harmless: whoever finds the position moved writes nothing and goes on from there.
    Raises StoreUnavailable; the log keeps everything until the store is back.
    """

    def __init__(
        self,
        log: Updates,
        store: WritingStore,
        schema: Schema,
        *,
        ask_for_all: Callable[[], None] = lambda: None,
        batch_owes: Callable[[], bool] = lambda: False,
        max_records: int = 1_500,
        filling_records: int = 20_000,
    ) -> None:
        """Applies so many records of each partition at once; `filling_records` while no row may be read yet.

        The step that moves rows holds the store for 2 us each, and readers have a deadline. Larger portions touch a
        row less often. `ask_for_all` is called when the topic cannot fill a store: batch is to send every released
        step again. That is so when its beginning is gone, or while `batch_owes` what these definitions ask of the past.
        """
        self._log, self._store, self._schema = log, store, schema
        self._batch_owes = batch_owes
        self._ask_for_all, self._max_records, self._filling_records = ask_for_all, max_records, filling_records
        self._partitions = range(topic_named(UPDATES).partitions)
        self._ttl_seconds = {entity: _ttl_seconds(schema, entity) for entity in schema.groups}

    def position(self) -> Position | None:
        """Where the store stands; None for an empty or a broken store, another log or other definitions."""
        (told,) = self._store.mget([POSITION])
        position = decode_position(told) if told else None
        if position is None:
            return None
        mine = position.log_id == self._log.log_id and position.schema == self._schema.fingerprint
        return position if mine else None

    def apply(self) -> Applied:
        """Applies the next records; nothing to do gives Applied(0)."""
        position = self.position() or self._begin()
        most = self._max_records if position.is_ready else self._filling_records
        records: list[Record] = []
        following: dict[int, int] = {}
        is_end = True
        for partition in self._partitions:
            found = self._log.read(UPDATES, partition, position.next.get(partition, 0), most)
            if found:
                following[partition] = found[-1].offset + 1
                records += found
            is_end = is_end and len(found) < most
        if not following:
            return Applied(is_level=position.is_ready)
        tiles, unknown, marks = tiles_by_key(self._schema, records)
        moved = self._awaiting(position, marks).moved(following)
        try:
            if not self._write(position, moved, tiles):
                return Applied(is_level=False)
        except (FingerprintUnknown, RowBroken) as error:
            # What a row held before these tiles cannot be told, so all rows are made again.
            self._begin()
            return Applied(unreadable=error.outcome, is_level=False)
        return Applied(len(records), len(tiles), unknown, is_level=is_end and moved.is_ready)

    def tell_counted(self, until_us: int) -> None:
        """Tells readers that all received before `until_us` is in the rows."""
        self._store.put(COUNTED, b"%d" % until_us, _COUNTED_SECONDS)

    def _begin(self) -> Position:
        """Empties the store and sets its position to the beginning; readable once it has caught up with now."""
        (told,) = self._store.mget([POSITION])
        cleared = self._store.clear(PREFIX)
        is_whole = all(first.offset == 0 for p in self._partitions for first in self._log.read(UPDATES, p, 0, 1))
        is_whole = is_whole and not self._batch_owes()
        if not is_whole:
            self._ask_for_all()
        ready_at = self._ends() if is_whole else self._never()
        position = Position(self._log.log_id, self._schema.fingerprint, {}, ready_at)
        self._store.swap(POSITION, b"", position.encode(), {})
        log_line.info("store_filling_began", cleared_keys=cleared, had_position=told is not None, from_topic=is_whole)
        return self.position() or position

    def _awaiting(self, position: Position, marks: Collection[str]) -> Position:
        """The position with what it still waits for: batch, or what batch has sent since it was marked as owing."""
        if OWED in marks or (position.needs_batch and RESENT in marks):
            return replace(position, ready_at=self._never() if self._batch_owes() else self._ends())
        return position

    def _never(self) -> dict[int, int]:
        return dict.fromkeys(self._partitions, NEVER)

    def _ends(self) -> dict[int, int]:
        return {partition: end for partition, end in self._log.end_offsets(UPDATES).items() if end}

    def _write(self, position: Position, moved: Position, tiles: Mapping[str, Tiles]) -> bool:
        keys = list(tiles)
        known: dict[str, bytes | None] = {}
        for start in range(0, len(keys), _ROWS_AT_MOST):
            part = keys[start : start + _ROWS_AT_MOST]
            known |= zip(part, self._store.mget([PREFIX + key for key in part]), strict=True)
        values: dict[int, dict[str, bytes]] = {seconds: {} for seconds in self._ttl_seconds.values()}
        for key, changed in tiles.items():
            entity = key.partition(":")[0]
            row = merged_row(self._schema, entity, known[key], changed)
            values[self._ttl_seconds[entity]][PREFIX + key] = row
        return self._store.swap(POSITION, position.encode(), moved.encode(), values)


def _ttl_seconds(schema: Schema, entity: str) -> int:
    """After its longest window and two days of lateness a row that nothing touched holds nothing any more.

    A window that never ends keeps its row for a century: to readers a missing row is an entity without events.
    """
    longest = max(group.span_us + group.step_us for group in schema.groups[entity])
    return min(longest // 10**6 + 2 * _DAY_SECONDS, _CENTURY_SECONDS)
