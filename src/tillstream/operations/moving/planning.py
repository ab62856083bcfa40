"""What has to be carried, settled from the old log and how far its readers have come."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tillstream.adapters.log import Log, TopicPartition
from tillstream.core.contracts import SOURCE_TOPICS, TOPICS
from tillstream.data.streaming.logic.watermark import NEVER
from tillstream.features.updates import UPDATES
from tillstream.operations.moving.chains import by_partition, whole_chains
from tillstream.operations.moving.pages import ends_of, unread
from tillstream.operations.moving.record import Plan, name_of, named
from tillstream.operations.moving.scanning import KeyedReader, Scan, scan

CARRIED_TOPICS: Final = tuple(topic for topic in TOPICS if topic != UPDATES)
"""All but the tiles: they stay where they are, and so does the store's place in them."""
MARGIN_MS: Final = 15 * 60_000
"""What closed so shortly before is told again: a Flink that was killed may have lost its last word of it."""


@dataclass(frozen=True, slots=True)
class FeatureSteps:
    """What live features need: the largest step, how late an event may come, and what was released so far."""

    topics: tuple[str, ...]
    largest_us: int
    smallest_us: int
    lateness_us: int
    released_until_us: int
    """0 where no live engine worked on this log."""


def make_plan(
    log: Log,
    readers: Sequence[KeyedReader],
    steps: FeatureSteps,
    *,
    finish: Callable[[Scan], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Reads the source topics once; nobody may write to them meanwhile, or the plan is of the past.

    `finish` may still write to derived topics what follows from the sources.
    """
    found = scan(log, ends_of(log, SOURCE_TOPICS), readers, tell)
    finish(found)
    ends = ends_of(log, CARRIED_TOPICS)
    next_offsets = _next_offsets(log, readers, ends)
    horizon_us = steps.released_until_us or _horizon_us(found, steps)
    since_us = horizon_us - horizon_us % steps.largest_us
    starts = {place: next_offsets.get(place, end) for place, end in ends.items()}
    first_rows = []
    for place in found.places:
        row = min(_first_since(found.at_us[place], since_us), bisect_left(found.offsets[place], starts[place]))
        first_rows.append(row)
        if row < len(found.offsets[place]):
            starts[place] = found.offsets[place][row]
    settled_ms = {reader.name: _settled_ms(found, reader, next_offsets) for reader in readers}
    beginnings = by_partition(found, whole_chains(found, readers, first_rows, settled_ms))
    return Plan(
        ends=named(ends),
        starts=named(starts),
        beginnings={name_of(found.places[number]): offsets for number, offsets in beginnings.items()},
        since_us=since_us,
        horizon_us=horizon_us,
    )


def _next_offsets(
    log: Log, readers: Sequence[KeyedReader], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Where the slowest group goes on. Our own jobs count also where they never committed."""
    slowest = {place: offset for place, offset in log.slowest_offsets().items() if place in ends}
    for reader in readers:
        for place, rest in unread(log, reader.name, reader.topics).items():
            if place in ends:
                slowest[place] = min(slowest.get(place, ends[place]), ends[place] - rest)
    return slowest


def _horizon_us(found: Scan, steps: FeatureSteps) -> int:
    newest = max((max(at, default=0) for place, at in found.at_us.items() if place[0] in steps.topics), default=0)
    until_us = max(0, newest - steps.lateness_us)
    return until_us - until_us % steps.smallest_us


def _settled_ms(found: Scan, reader: KeyedReader, next_offsets: Mapping[TopicPartition, int]) -> int:
    """Up to where its job has said its last word: by the state's time, or by the partition that is furthest behind."""
    watermark_ms = reader.watermark_ms
    if watermark_ms is None:
        newest = []
        for place in found.places:
            if place[0] in reader.topics and found.at_us[place]:
                read = found.at_us[place][: bisect_left(found.offsets[place], next_offsets.get(place, 0))]
                newest.append(max(read, default=NEVER) // 1000)
        watermark_ms = min(newest, default=0) - reader.lateness_ms - 1
    return watermark_ms - MARGIN_MS


def _first_since(at_us: Sequence[int], since_us: int) -> int:
    """The first row that happened at or after an instant; behind the last where there is none."""
    return next((row for row, at in enumerate(at_us) if at >= since_us), len(at_us))
