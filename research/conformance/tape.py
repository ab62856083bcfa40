"""The one log that every set is given: a shop's events and decisions, with copies, disorder and poison, from a seed.

A tape is a list in the order of appending. Each record carries its own `received_at`, so that both sets
know the same about when it came, and equal partitioners put it at equal places.
"""

import heapq
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tillstream.adapters.log import OCCURRED_AT, RECEIVED_AT, Log, NewRecord, Record
from tillstream.core.contracts import SOURCE_TOPICS, TOPICS, decode, from_micros, to_micros
from tillstream.data.streaming.logic import sessions
from tillstream.data.streaming.logic.patterns import row as patterns

COPIES_RATIO, POISON_RATIO = 0.03, 0.005
SHUFFLED_SECONDS: Final = 4.0
"""Neighbours change places within so much of received time: inside every watermark."""
LATE: Final = ((0.05, timedelta(hours=1)), (0.01, timedelta(days=2)))
"""With `late`: how many come so much later than they should, beyond the watermark."""
PUNCTUAL: Final = timedelta(seconds=5)
"""Without `late`, nothing that sessions and patterns read comes later than this after it happened; a shop has phones
that were offline for hours. With the shuffle it stays inside the 10 s that patterns wait.
"""
TOPICS_OF_A_TAPE: Final = (*SOURCE_TOPICS, "decisions.v1")
_READ_ROWS = 5_000
_APPEND_ROWS = 2_000


class Taped(NamedTuple):
    """One record to append."""

    received_at_us: int
    topic: str
    key: str
    value: bytes
    occurred: str = ""
    """The header that a door sets; without it an engine has to look into the bytes."""


@dataclass(frozen=True, slots=True)
class Mess:
    """What is done to a clean log."""

    seed: int
    late: bool = False


def read_log(log: Log) -> list[Taped]:
    """All records of the topics that sources and decisions are on, in the order they were received."""
    parts = [
        _partition(log, topic, partition) for topic in TOPICS_OF_A_TAPE for partition in range(TOPICS[topic].partitions)
    ]
    return list(heapq.merge(*parts))


def _partition(log: Log, topic: str, partition: int) -> list[Taped]:
    found: list[Record] = []
    end = log.end_offsets(topic)[partition]
    offset = 0
    while offset < end and (some := log.read(topic, partition, offset, _READ_ROWS)):
        found += some
        offset = some[-1].offset + 1
    return sorted(
        Taped(one.received_at_us, topic, one.key, one.value, one.headers.get(OCCURRED_AT, "")) for one in found
    )


def messed(clean: Iterable[Taped], mess: Mess) -> list[Taped]:
    """The records with copies, poison and neighbours out of order; equal seeds give equal tapes."""
    chance = random.Random(mess.seed)
    clean = clean if mess.late else map(_punctual, clean)
    moved = [(taped.received_at_us + _delay_us(chance, mess), taped) for taped in _with_extras(clean, chance)]
    moved.sort()
    return [taped._replace(received_at_us=max(at, taped.received_at_us)) for at, taped in moved]


def _punctual(taped: Taped) -> Taped:
    if taped.topic not in {*sessions.TOPICS, *patterns.TOPICS}:
        return taped
    happened = datetime.fromisoformat(json.loads(taped.value)["occurred_at"])
    return taped._replace(received_at_us=min(taped.received_at_us, to_micros(happened + PUNCTUAL)))


def _delay_us(chance: random.Random, mess: Mess) -> int:
    luck = chance.random()
    if mess.late:
        for ratio, late in LATE:
            if luck < ratio:
                return int(late.total_seconds() * 1e6)
            luck -= ratio
    return int(chance.random() * SHUFFLED_SECONDS * 1e6)


def _with_extras(clean: Iterable[Taped], chance: random.Random) -> Iterator[Taped]:
    for number, taped in enumerate(clean):
        yield taped
        if chance.random() < COPIES_RATIO:
            yield taped
        if chance.random() < POISON_RATIO:
            yield taped._replace(value=_broken(taped.value, number, chance), occurred="")


def _broken(value: bytes, number: int, chance: random.Random) -> bytes:
    """Ten ways to break an event; the number keeps each one's bytes its own."""
    event: Mapping[str, object] = json.loads(value)
    at = event.get("occurred_at")
    ways = (
        b"nonsense %d" % number,
        value[: len(value) // 2] + b"%d" % number,
        json.dumps([number, event]).encode(),
        b'{"event_id":"\xff\xfe%d"}' % number,
        json.dumps({"event_id": f"x{number}", "occurred_at": at}).encode(),
        json.dumps({**event, "event_id": number}).encode(),
        json.dumps({**event, "event_id": f"x{number}", "occurred_at": "yesterday"}).encode(),
        json.dumps({**event, "event_id": f"x{number}", "occurred_at": "2200-01-01T00:00:00Z"}).encode(),
        json.dumps({**event, "event_id": "x" * 5_000 + str(number)}).encode(),
        json.dumps({**event, "event_id": None, "n": number}).encode(),
    )
    return chance.choice(ways)


def closing(last_us: int, hours: int = 3) -> list[Taped]:
    """Events much later on every partition that sessions and patterns read: they close what is open before them."""
    at_us = last_us + hours * 3_600 * 10**6
    found = []
    for topic in ("clicks.v1", "orders.v1", "payments.v1", "accounts.v1"):
        for partition in range(TOPICS[topic].partitions):
            found.append(_closing_event(topic, partition, at_us))
    return found


def _closing_event(topic: str, partition: int, at_us: int) -> Taped:
    from tillstream.adapters.log.records import partition_of

    count = TOPICS[topic].partitions
    key = next(k for n in range(10_000) if partition_of(k := f"end-{topic}-{n}", count) == partition)
    event = {"event_id": key, "occurred_at": from_micros(at_us).isoformat(), **_CLOSING[topic](key)}
    value = json.dumps(event).encode()
    decode(TOPICS[topic], value, received_at_us=at_us)  # raises: what no reader takes would close nothing
    return Taped(at_us, topic, key, value)


_CLOSING = {
    "clicks.v1": lambda key: {"visitor_id": key, "kind": "viewed"},
    "orders.v1": lambda key: {"order_id": key, "customer_id": key, "kind": "completed", "lines": [],
                              "total_cents": 0, "currency": "EUR"},
    "payments.v1": lambda key: {"payment_id": key, "customer_id": key, "kind": "captured",
                                "amount_cents": 0, "currency": "EUR"},
    "accounts.v1": lambda key: {"customer_id": key, "kind": "logged_in"},
}  # fmt: skip


def append_to(log: Log, tape: Iterable[Taped]) -> int:
    """Puts a tape on a log: each topic in the tape's order."""
    waiting: dict[str, list[NewRecord]] = {}
    count = 0
    for taped in tape:
        mine = waiting.setdefault(taped.topic, [])
        door = {OCCURRED_AT: taped.occurred} if taped.occurred else {}
        mine.append(NewRecord(taped.key, taped.value, {RECEIVED_AT: str(taped.received_at_us), **door}))
        count += 1
        if len(mine) == _APPEND_ROWS:
            log.append(taped.topic, mine)
            waiting[taped.topic] = []
    for topic, rest in waiting.items():
        if rest:
            log.append(topic, rest)
    return count
