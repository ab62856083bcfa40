"""What feature_updates.v1 had said by a position: the rows it makes, and which events must be counted in them.

A tile's header says up to which offsets it counts. Beyond that, a step that is still open counts all that the live
engine was done with by then, so that an event lost on the way shows as a mismatch and not as a smaller truth.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tillstream.adapters.log import Record, partition_of
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import topic_named
from tillstream.features.definitions import Schema
from tillstream.features.definitions.groups import Group
from tillstream.features.engines.polars.events import PARTITION_BITS
from tillstream.features.offline.release import Standing
from tillstream.features.offline.settling import NotSettled
from tillstream.features.offline.silver import EARLIER
from tillstream.features.online.merging import merged_row, tiles_by_key
from tillstream.features.parity.progress import Progress
from tillstream.features.updates import KIND, OFFSETS, RELEASED, UPDATES, Offsets, decode_tiles_record, is_tiles
from tillstream.features.updates import parse_offsets as parsed

_READ_ROWS: Final = 20_000
_Ints: TypeAlias = NDArray[np.int64]


class History:
    """The topic read forward, for the entities of `keys` (`<entity>:<id>`).

    `standing` says what the owners of steps had done when the topic ended at `ends`: from there on a step without a
    record counts too.
    """

    def __init__(
        self,
        updates: SqliteLog,
        schema: Schema,
        keys: Collection[str],
        *,
        standing: Standing | None = None,
        ends: Mapping[int, int] | None = None,
    ) -> None:
        self._updates, self.schema, self.keys = updates, schema, frozenset(keys)
        self._standing, self._ends = standing, ends or {}
        self._partitions = topic_named(UPDATES).partitions
        self._next = dict.fromkeys(range(self._partitions), 0)
        places = [(topic, n) for topic in schema.topics for n in range(topic_named(topic).partitions)]
        self._columns = {place: number for number, place in enumerate(places)}
        self._headers: dict[str, int] = {}
        self._offsets: list[_Ints] = []
        self._progress = [Progress(self._topics()) for _ in range(self._partitions)]
        self._counted: dict[tuple[str, int], dict[tuple[str, int], int]] = defaultdict(dict)
        self.rows: dict[str, bytes] = {}
        """The rows of these entities as a writer makes them that has come so far."""

    def move_to(self, position: Mapping[int, int]) -> None:
        """Takes in all below that position; raises NotSettled for one before what was taken in."""
        if any(position.get(partition, 0) < taken for partition, taken in self._next.items()):
            raise NotSettled("the store went back while it was read: it lost its data just now; try again")
        for partition in range(self._partitions):
            for records in self._portions(partition, position.get(partition, 0)):
                for record in records:
                    self._take(record, self._progress[partition])
                mine = [record for record in records if record.key in self.keys]
                for key, tiles in tiles_by_key(self.schema, mine)[0].items():
                    self.rows[key] = merged_row(self.schema, key.partition(":")[0], self.rows.get(key), tiles)

    def needed(self) -> dict[tuple[str, int], int]:
        """Up to where silver must have been read to hold all that counts here."""
        standing = self._at_end()
        most = np.max([*self._offsets, self._vector(standing.some_live if standing else {})], axis=0)
        return {place: int(most[number]) for place, number in self._columns.items()}

    def counted(self, entity: str, number: int, group: Group, events: pl.DataFrame) -> pl.DataFrame:
        """Those of the group's events (from events_of) that must be counted, as if known since ever."""
        steps = (events["at"] // group.step_us).to_numpy()
        keys = events.select("key").with_columns(row=pl.int_range(pl.len()))
        known = self._counted[entity, number]
        if group.keep == "ever":
            steps = np.where(steps < (base := self._bases(known, events["key"])), -base, steps)
        asked = keys.with_columns(step=pl.Series(steps, dtype=pl.Int64))
        told = pl.DataFrame(
            [(key, step, header) for (key, step), header in known.items()],
            schema={"key": pl.String, "step": pl.Int64, "header": pl.Int64},
            orient="row",
        )
        header = asked.join(told, on=["key", "step"], how="left", maintain_order="left")["header"]
        place = events["place"].to_numpy()
        column = self._columns[group.source.topic, 0] + (place >> PARTITION_BITS)
        limits = np.vstack([*self._offsets, self._vector({})])[header.fill_null(-1).to_numpy(), column]
        ended = np.where(steps < 0, -steps, steps + 1) * group.step_us
        limits = np.maximum(limits, self._due(entity, events["key"], ended, column))
        is_counted = place % 2**PARTITION_BITS < limits
        if EARLIER in events.columns:  # what an earlier log held was in the lake before this one began
            is_counted |= events[EARLIER].to_numpy()
        return events.filter(pl.Series(is_counted)).with_columns(received=pl.lit(0, pl.Int64))

    def _due(self, entity: str, keys: pl.Series, ended_us: _Ints, columns: _Ints) -> _Ints:
        """What the owner of each event's step was done with, by the event's own partition."""
        names = keys.unique()
        of = {key: partition_of(f"{entity}:{key}", self._partitions) for key in names}
        partition = keys.replace_strict(of, return_dtype=pl.Int64).to_numpy() if len(keys) else np.zeros(0, np.int64)
        released = np.array([one.released_us for one in self._progress], np.int64)[partition]
        standing = self._at_end()
        if standing is None:
            live = np.vstack([one.done for one in self._progress])
            return np.where(ended_us > released, live[partition, columns], 0)
        live, batch = self._vector(standing.live)[columns], self._vector(standing.covered)[columns]
        by_live = np.where(ended_us > np.maximum(released, standing.released_us), live, 0)
        return np.where(ended_us <= standing.sent_us, batch, by_live)

    def _at_end(self) -> Standing | None:
        reached = all(self._next[partition] >= end for partition, end in self._ends.items())
        return self._standing if reached else None

    def _take(self, record: Record, progress: Progress) -> None:
        if not is_tiles(record):
            if record.headers[KIND] == RELEASED:
                progress.see(self._offsets[self._header(record.headers[OFFSETS])])
                progress.released_us = max(progress.released_us, int(record.value))
            return
        entity, _, one = record.key.partition(":")
        fingerprint, tiles = decode_tiles_record(record.value)
        if self.schema.fingerprints.get(entity) != fingerprint:
            return
        header = self._header(record.headers[OFFSETS])
        number, step, _ = tiles[0]
        if step >= 0 and (step + 1) * self.schema.groups[entity][number].step_us > progress.released_us:
            progress.see(self._offsets[header])
        if record.key in self.keys:
            for number, step, _ in tiles:
                self._counted[entity, number][one, step] = header

    def _portions(self, partition: int, end: int) -> Iterator[list[Record]]:
        while self._next[partition] < end:
            found = self._updates.read(UPDATES, partition, self._next[partition], _READ_ROWS)
            records = [record for record in found if record.offset < end]
            self._next[partition] = records[-1].offset + 1 if len(records) == len(found) and records else end
            yield records

    def _header(self, text: str) -> int:
        if text not in self._headers:
            self._headers[text] = len(self._offsets)
            self._offsets.append(self._vector(parsed(text)))
        return self._headers[text]

    def _vector(self, offsets: Offsets) -> _Ints:
        return np.array([offsets.get(place, 0) for place in self._columns], np.int64)

    def _topics(self) -> list[slice]:
        starts = [self._columns[topic, 0] for topic in self.schema.topics]
        return [slice(start, end) for start, end in zip(starts, [*starts[1:], len(self._columns)], strict=True)]

    @staticmethod
    def _bases(known: Mapping[tuple[str, int], int], keys: pl.Series) -> _Ints:
        """For each row the first step that its key's newest base tile does not hold."""
        bases: dict[str, int] = {}
        for key, step in known:
            bases[key] = max(bases.get(key, 0), -step)
        return keys.replace_strict(bases, default=0, return_dtype=pl.Int64).to_numpy()
