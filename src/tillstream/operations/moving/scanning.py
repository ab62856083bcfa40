"""One pass over the source topics of a log: when each event happened, and whose item it is in each keyed job."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tillstream.adapters.log import Log, Record, TopicPartition
from tillstream.core.contracts import MAX_CLOCK_SKEW_US, Event, decoder_of, to_micros
from tillstream.operations.moving.pages import records_between

ROW_BITS: Final = 40
"""A row as one number: its partition's number above, its row there below."""
_TELL_ROWS: Final = 100_000
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True)
class KeyedReader:
    """A keyed job: items of a key that are further apart than its reach have nothing to do with each other."""

    name: str
    """Its group on the log."""
    topics: tuple[str, ...]
    items: Callable[[Event, int], Sequence[tuple[str, Any]]]
    """The event as items by key; an item has `at_us`."""
    reach_ms: Callable[[str], int]
    """By key."""
    lateness_ms: int
    watermark_ms: int | None = None
    """Where its state says that it is; None where only its group's place is known."""


@dataclass
class Scan:
    """Rows by partition, in the order of the log, and each job's items by key, about 50 bytes an event."""

    places: list[TopicPartition]
    offsets: dict[TopicPartition, "array[int]"] = field(default_factory=lambda: defaultdict(lambda: array("q")))
    at_us: dict[TopicPartition, "array[int]"] = field(default_factory=lambda: defaultdict(lambda: array("q")))
    """When each happened; -1 for what is no event."""
    items: dict[str, dict[str, tuple["array[int]", "array[int]"]]] = field(default_factory=lambda: defaultdict(dict))
    """Job to key to milliseconds and rows."""


def scan(
    log: Log,
    ends: Mapping[TopicPartition, int],
    readers: Sequence[KeyedReader],
    tell: Callable[[str], None] = lambda _: None,
) -> Scan:
    """All below these ends, of topics with events; a record that no job would count has no items."""
    places = sorted(ends)
    found = Scan(places)
    seen = 0
    for number, place in enumerate(places):
        mine = [reader for reader in readers if place[0] in reader.topics]
        decode = decoder_of(place[0]).decode
        offsets, at_us = found.offsets[place], found.at_us[place]
        for record in records_between(log, place, 0, ends[place]):
            event = _event(decode, record)
            row = (number << ROW_BITS) + len(offsets)
            offsets.append(record.offset)
            at_us.append(-1 if event is None else to_micros(event.occurred_at))
            if event is not None:
                for reader in mine:
                    _note(found.items[reader.name], reader.items(event, record.received_at_us), row)
            seen += 1
            if seen % _TELL_ROWS == 0:
                tell(f"{seen:,} records looked at")
    return found


def _event(decode: Callable[[bytes], Any], record: Record) -> Event | None:
    try:
        event: Event = decode(record.value)
    except _UNREADABLE:
        return None
    return event if to_micros(event.occurred_at) <= record.received_at_us + MAX_CLOCK_SKEW_US else None


def _note(keys: dict[str, tuple["array[int]", "array[int]"]], items: Sequence[tuple[str, Any]], row: int) -> None:
    for key, item in items:
        if key not in keys:
            keys[key] = array("q"), array("q")
        keys[key][0].append(item.at_us // 1000)
        keys[key][1].append(row)
