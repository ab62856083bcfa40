"""A log played through the live engine and batch again, with the positions at which engines are then asked."""

import heapq
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from tillstream.adapters.log import Log, Record
from tillstream.core.contracts import topic_named
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded import LiveEngine
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import release
from tillstream.features.offline.silver import Lake
from tillstream.features.updates import UPDATES, Offsets

_READ_ROWS: Final = 5_000
_BATCH_ROWS: Final = (20, 1_500)
_RELEASES: Final = 6
_JITTER_RECORDS: Final = 300
"""The writer may stand anywhere, in the middle of a transaction too."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the writer stood, and the newest time of receipt that the live engine had read."""

    position: Mapping[int, int]
    at_us: int


class LakeUntil:
    """The lake as it was when it had read the log up to these offsets."""

    def __init__(self, lake: Lake, offsets: Offsets) -> None:
        self._lake, self._offsets = lake, offsets

    def arrow(self, name: str, columns: list[str] | None = None, where: Any = None) -> pa.Table:
        """The rows that had come."""
        had = pc.scalar(False)
        for (topic, partition), offset in self._offsets.items():
            if name == f"silver.{topic_named(topic).entity}":
                had = had | ((pc.field("log_partition") == partition) & (pc.field("log_offset") < offset))
        return self._lake.arrow(name, columns=columns, where=had if where is None else where & had)


def play(
    logs: FeatureLogs,
    lake: Lake,
    schema: Schema,
    *,
    lateness_us: int,
    stops: int,
    seed: int,
    tell: Callable[[str], None],
) -> list[Stop]:
    """Counts the whole log in batches of drawn sizes, batch taking over now and then; where to stop and ask.

    `lake` holds all of the log. The last stop is at the end of feature_updates.v1, when all is counted and released.
    """
    chance = random.Random(seed)
    engine = LiveEngine(logs, schema, lateness_us=lateness_us)
    total = sum(sum(logs.source.end_offsets(topic).values()) for topic in schema.topics)
    read, newest_us, read_to = 0, 0, dict[tuple[str, int], int]()
    found: list[Stop] = []
    releases = 0
    most_rows = max(_BATCH_ROWS[0] + 1, min(_BATCH_ROWS[1], total // stops))
    for records in batches_of(received(logs.source, schema), most_rows, chance):
        batch = engine.decode(records)
        engine.apply(batch)
        read, read_to = read + len(records), {**read_to, **batch.following}
        newest_us = max(newest_us, *(record.received_at_us for record in records))
        if read * (_RELEASES + 1) > total * (releases + 1):
            releases += 1
            done = release(LakeUntil(lake, read_to), logs, schema)
            tell(f"{read:,} of {total:,} records counted live; batch sent {done.tiles:,} tiles")
        if read * stops > total * (len(found) + 1):
            found.append(Stop(near(logs.updates.end_offsets(UPDATES), found, chance), newest_us))
    done = release(lake, logs, schema)
    tell(f"{read:,} of {total:,} records counted live; batch sent {done.tiles:,} tiles")
    return [*found, Stop(logs.updates.end_offsets(UPDATES), newest_us)]


def received(log: Log, schema: Schema) -> Iterator[Record]:
    """Every record that features read: each partition in its order, all together by time of receipt."""
    parts = [_partition(log, topic, n) for topic in schema.topics for n in range(topic_named(topic).partitions)]
    return heapq.merge(*parts, key=attrgetter("received_at_us"))


def _partition(log: Log, topic: str, partition: int) -> Iterator[Record]:
    offset = 0
    while records := log.read(topic, partition, offset, _READ_ROWS):
        yield from records
        offset = records[-1].offset + 1


def batches_of(records: Iterator[Record], most_rows: int, chance: random.Random) -> Iterator[list[Record]]:
    """The records in batches of drawn sizes."""
    while batch := list(islice(records, chance.randrange(_BATCH_ROWS[0], most_rows))):
        yield batch


def near(ends: Mapping[int, int], before: Sequence[Stop], chance: random.Random) -> dict[int, int]:
    """Somewhat before the topic's ends, each partition by itself, and not before the stop before."""
    least = before[-1].position if before else {}
    return {n: max(least.get(n, 0), end - chance.randrange(_JITTER_RECORDS)) for n, end in ends.items()}
