"""Carries records from one log to the other, in the order in which they were received."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tillstream.adapters.log import RECEIVED_AT, Log, NewRecord, Record, TopicPartition
from tillstream.operations.moving.pages import records_between
from tillstream.operations.moving.record import Plan, name_of

_ROWS = 2_000


def carry(
    old: Log, new: Log, plan: Plan, done: Mapping[TopicPartition, int], after_each: Callable[[int], None]
) -> Mapping[TopicPartition, int]:
    """Appends what the plan names, but for the first `done` records of each partition; how many are done of each.

    Each keeps its partition, its bytes and when it was received. `after_each` is told how many are done in all.
    """
    carried = Counter(done)
    merged = heapq.merge(*(_in_turn(old, plan, place, n, done.get(place, 0)) for n, place in enumerate(plan.places())))
    records = (record for _, _, _, record in merged)
    while page := list(islice(records, _ROWS)):
        by_topic: dict[str, list[NewRecord]] = {}
        for record in page:
            by_topic.setdefault(record.topic, []).append(_again(record))
        for topic, mine in by_topic.items():
            new.append(topic, mine)
        carried.update((record.topic, record.partition) for record in page)
        after_each(carried.total())
    return carried


def carried_of(old: Log, plan: Plan, place: TopicPartition) -> Iterator[Record]:
    """What the plan names of one partition, in its order."""
    start, picked = plan.starts[name_of(place)], plan.beginnings.get(name_of(place), [])
    wanted = frozenset(picked)
    if picked:
        older = records_between(old, place, picked[0], min(start, picked[-1] + 1))
        yield from (record for record in older if record.offset in wanted)
    yield from records_between(old, place, start, plan.ends[name_of(place)])


def _in_turn(
    old: Log, plan: Plan, place: TopicPartition, number: int, done: int
) -> Iterator[tuple[int, int, int, Record]]:
    """A partition's order holds, also where one was received before the one that lies before it."""
    latest_us = 0
    for row, record in enumerate(carried_of(old, plan, place)):
        latest_us = max(latest_us, record.received_at_us)
        if row >= done:
            yield latest_us, number, row, record


def _again(record: Record) -> NewRecord:
    headers = {**record.headers, RECEIVED_AT: str(record.received_at_us)}
    return NewRecord(record.key, record.value, headers, record.partition)
