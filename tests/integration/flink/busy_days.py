"""A log of some days: visits, payments, poison, copies, out of order within the lateness; and what logic says of it."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.shop.events import click, new_record, order, payment

from tillstream.adapters.log import OCCURRED_AT, RECEIVED_AT, Log, NewRecord, Record
from tillstream.core.contracts import Event, decode, to_micros, topic_named
from tillstream.core.contracts.people import Account
from tillstream.core.errors import EventRejected
from tillstream.data.streaming.logic import sessions
from tillstream.data.streaming.logic.patterns import PATTERNS, Row
from tillstream.data.streaming.logic.patterns.matching import alert_of, settle
from tillstream.data.streaming.logic.patterns.row import TOPICS as PATTERN_TOPICS
from tillstream.data.streaming.logic.patterns.row import row_of

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = ("viewed", "viewed", "viewed", "refreshed", "searched", "cart_added")
SOURCES = tuple(dict.fromkeys((*sessions.TOPICS, *PATTERN_TOPICS)))
NO_TIMES = ("soon", "", "9" * 30, str(2**63 - 1), str(-(2**63)))
"""What a producer that is not ours might write where a door tells a record's time."""
CLOCK = "clock-"
"""Visitors whose one event only moves the time on."""
GAP_MS = 1_800_000
END_OF_TIME_MS = 10**15

Sent = tuple[str, NewRecord]


def a_day(number: int, visits: int) -> list[Sent]:
    """One day's records in the order they were received, each at most 8 s after it happened."""
    chance = random.Random(number)
    start = FIRST_DAY + timedelta(days=number)
    told: list[tuple[str, Event]] = []
    for visit in range(visits):
        told += a_visit(f"{number}-{visit}", f"v{chance.randrange(visits // 2)}", start, chance)
    for n in range(visits):
        told.append(("payments.v1", a_payment(f"{number}-{n}", start, chance)))
    for name in PATTERNS:
        told += example(name, number, start + timedelta(hours=20))
    sent = [
        (topic, new_record(topic, event, late_seconds=chance.random() * 8.0), event.occurred_at)
        for topic, event in told
    ]
    sent[::2] = [(topic, through_a_door(record, str(to_micros(when))), when) for topic, record, when in sent[::2]]
    for n, no_time in enumerate(NO_TIMES):
        topic, record, when = sent[2 * n + 1]
        sent[2 * n + 1] = topic, through_a_door(record, no_time), when
    sent += [(topic, record, when) for topic, record, when in sent if chance.random() < 0.1]  # copies
    sent.sort(key=lambda one: int(one[1].headers[RECEIVED_AT]))
    records = [(topic, record) for topic, record, _ in sent]
    for n, bad in enumerate(poison(start)):
        records.insert((n + 1) * len(records) // 12, bad)
    return records


def through_a_door(record: NewRecord, told: str) -> NewRecord:
    """With the header that spares an engine a look into the bytes."""
    return replace(record, headers={**record.headers, OCCURRED_AT: told})


def a_visit(name: str, visitor_id: str, start: datetime, chance: random.Random) -> Iterator[tuple[str, Event]]:
    """Steps with pauses around the gap, one of exactly the gap among them; some end in an order."""
    when = start + timedelta(seconds=chance.randrange(80_000), microseconds=chance.randrange(10**6))
    for n in range(chance.randrange(1, 9)):
        more = {"customer_id": f"c-{visitor_id}"} if chance.random() < 0.5 else {}
        product_id = f"p{chance.randrange(5)}"
        yield "clicks.v1", click(f"e-{name}-{n}", when, visitor_id, chance.choice(KINDS), product_id=product_id, **more)
        when += timedelta(seconds=chance.choice((3, 40, 40, 200, 1_800, 1_801)))
    if chance.random() < 0.3:
        yield "orders.v1", order(f"o-{name}", when, f"c-{visitor_id}", {"p1": (1, 1_999)}, visitor_id=visitor_id)


def a_payment(name: str, start: datetime, chance: random.Random) -> Event:
    """With few cards and devices, so that patterns come about by chance too."""
    when = start + timedelta(seconds=chance.randrange(40_000), microseconds=chance.randrange(10**6))
    return payment(
        f"y-{name}",
        when,
        chance.choice((199, 499, 2_500, 8_000)),
        kind=chance.choice(("authorized", "declined", "captured")),
        card_id=f"k{chance.randrange(6)}",
        device_id=f"d{chance.randrange(4)}",
        shipping_country=chance.choice(("DE", "DE", "FR")),
        customer_id="c1",
    )


def example(name: str, number: int, start: datetime) -> Iterator[tuple[str, Event]]:
    """A pattern's own example, on that day, by people of its own."""
    for row in PATTERNS[name].example:
        when = start + timedelta(microseconds=row.at_us)
        own = {key: f"{name}-{number}-{getattr(row, key)}" for key in ("customer_id", "device_id", "card_id")
               if getattr(row, key) is not None}  # fmt: skip
        event_id = f"{name}-{number}-{row.event_id}"
        if row.kind in {"authorized", "declined"}:
            country = {"shipping_country": row.shipping_country} if row.shipping_country else {}
            own.setdefault("customer_id", f"{name}-{number}")
            yield "payments.v1", payment(event_id, when, row.amount_cents, kind=row.kind, **own, **country)
        elif row.kind == "placed":
            countries = {"shipping_country": row.shipping_country, "billing_country": row.billing_country}
            lines = {"p1": (1, row.amount_cents)}
            yield "orders.v1", order(event_id, when, own["customer_id"], lines, **countries)
        else:
            yield "accounts.v1", Account(event_id=event_id, occurred_at=when, kind=row.kind, **own)  # type: ignore[arg-type]


def poison(start: datetime) -> list[Sent]:
    """Records that break a rule, some of which look right to a reader less strict than the contract."""
    at = start.isoformat().replace("+00:00", "Z")
    far = (start + timedelta(days=3_000)).isoformat().replace("+00:00", "Z")
    values = (
        b"not json",
        b'{"event_id": "x1"',
        b'{"event_id": 7, "occurred_at": "%b", "visitor_id": "v1", "kind": "viewed"}' % at.encode(),
        b'{"event_id": "x3", "occurred_at": "%b", "visitor_id": 1, "kind": "viewed"}' % at.encode(),
        b'{"event_id": "x4", "occurred_at": "%b", "visitor_id": "v1", "kind": "danced"}' % at.encode(),
        b'{"event_id": "x5", "occurred_at": 1772445600, "visitor_id": "v1", "kind": "viewed"}',
        b'{"event_id": "x6", "occurred_at": "%b", "visitor_id": "v1", "kind": "viewed"}' % far.encode(),
        b'{"event_id": "x7", "occurred_at": "%b", "visitor_id": "v1", "kind": "viewed", "quantity": 0}' % at.encode(),
        b"\xff\xfe",
        b"[]",
    )
    received = str(int(start.timestamp() * 1e6))
    return [("clicks.v1", NewRecord("v1", value, {RECEIVED_AT: received})) for value in values]


def events_of(when: datetime, log: Log) -> Iterator[Sent]:
    """One event of then, received then, for each partition that a job reads: after them all before is over."""
    for topic in SOURCES:
        for partition in log.end_offsets(topic):
            name = f"{CLOCK}{topic}-{partition}-{when.isoformat()}"
            events: dict[str, Event] = {
                "clicks.v1": click(name, when, name),
                "orders.v1": order(name, when, name, {"p1": (1, 100)}),
                "payments.v1": payment(name, when, 100, kind="captured", customer_id=name),
                "accounts.v1": Account(event_id=name, occurred_at=when, kind="logged_in", customer_id=name),
            }
            yield topic, replace(new_record(topic, events[topic]), partition=partition)


def send(log: Log, records: Iterable[Sent]) -> None:
    """Appends in order, some at once."""
    held: dict[str, list[NewRecord]] = defaultdict(list)
    for topic, record in records:
        held[topic].append(record)
    for topic, batch in held.items():
        log.append(topic, batch)


def all_of(log: Log, topic: str) -> Iterator[Record]:
    """Every committed record of a topic."""
    for partition in log.end_offsets(topic):
        yield from log.read(topic, partition, 0, 1_000_000)


def accepted(log: Log, topics: Iterable[str]) -> Iterator[tuple[Event, int]]:
    """Every event that obeys its contract, and when it was received."""
    for topic in topics:
        for record in all_of(log, topic):
            try:
                event = decode(topic_named(topic), record.value, received_at_us=record.received_at_us)
            except EventRejected:
                continue
            yield event, record.received_at_us


def wanted_sessions(log: Log) -> dict[str, Event]:
    """The closed sessions of the log, by id, as logic tells them at once of all there is."""
    steps: dict[str, dict[str, sessions.Step]] = defaultdict(dict)
    for event, received_at_us in accepted(log, sessions.TOPICS):
        found = sessions.step_of(event, received_at_us)
        if found and not found[0].startswith(CLOCK):
            steps[found[0]].setdefault(found[1].event_id, found[1])
    wanted = {}
    for visitor_id, own in steps.items():
        visitor = sessions.Visitor(tuple(sorted(own.values())))
        _, said = sessions.tell(visitor_id, visitor, gap_ms=GAP_MS, watermark_ms=END_OF_TIME_MS, partial=False)
        wanted |= {session.session_id: session for session, _ in said}
    return wanted


def wanted_alerts(log: Log) -> dict[str, Event]:
    """The alerts of the log, by id."""
    rows: dict[str, Row] = {}
    for event, received_at_us in accepted(log, PATTERN_TOPICS):
        row = row_of(event, received_at_us)
        if row:
            rows.setdefault(row.event_id, row)
    wanted = {}
    for pattern in PATTERNS.values():
        by_key: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(rows.values()):
            if (key := pattern.key_of(row)) is not None:
                by_key[key].append(row)
        for own in by_key.values():
            for match in settle(pattern, own, END_OF_TIME_MS).matches:
                alert, _ = alert_of(pattern, match)
                wanted[alert.event_id] = alert
    return wanted
