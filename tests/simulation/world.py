"""Sixty events of a small shop with sessions, every fraud pattern and poison, and ways to tell them otherwise."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.shop import at, click, order, payment

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.core.contracts import Event, key_of, to_micros, topic_named
from tillstream.core.contracts.people import Account
from tillstream.data.streaming.logic.patterns import PATTERNS, Row

TOPICS = ("accounts.v1", "clicks.v1", "orders.v1", "payments.v1")
GAP_MS = 30 * 60_000
LATENESS_MS = 10_000
START = at("09:00")
END = at("09:00", day=4)
"""By then nothing is open any more; an event in every partition says so."""


@dataclass(frozen=True)
class Arriving:
    """A record and the event time at which it arrives."""

    topic: str
    record: NewRecord
    at_us: int


def base() -> list[Arriving]:
    """Every event once, in the order of event time."""
    events = [*sessions(), *(event_of(n, row) for n, row in enumerate(pattern_rows()))]
    arriving = [Arriving(topic, _record(topic, event), to_micros(event.occurred_at)) for topic, event in events]
    poison = NewRecord("v0", b'{"event_id":', {RECEIVED_AT: str(to_micros(START))})
    return sorted([*arriving, Arriving("clicks.v1", poison, to_micros(START))], key=lambda one: one.at_us)


def sessions() -> list[tuple[str, Event]]:
    """Three visitors: a bounce, gaps of exactly the gap and of a millisecond more, a cart, an order."""
    gap, more = timedelta(milliseconds=GAP_MS), timedelta(milliseconds=GAP_MS + 1)
    second = timedelta(seconds=1)
    events: list[tuple[str, Event]] = [("clicks.v1", click("v0-0", START, "v0", product_id="p1"))]
    when = START
    for number, wait in enumerate([3 * second, gap, 2 * second, more, second, 7 * second, gap, 4 * second, more]):
        kind = ("viewed", "refreshed", "cart_added", "hovered")[number % 4]
        when += wait
        events.append(("clicks.v1", click(f"v1-{number}", when, "v1", kind, product_id=f"p{number % 3}")))
    when = START + 5 * second
    for number in range(12):
        when += timedelta(seconds=number * 150)
        events.append(("clicks.v1", click(f"v2-{number}", when, "v2", product_id=f"p{number % 5}", customer_id="c9")))
    events.append(("orders.v1", order("v2-o", when + second, "c9", {"p1": (1, 900)}, visitor_id="v2")))
    return events


def pattern_rows() -> list[Row]:
    """Each pattern's own example, an hour and a half apart, with ids of its own."""
    rows = []
    for number, pattern in enumerate(PATTERNS.values()):
        begin_us = to_micros(START) + number * 5_400 * 10**6
        own = dict.fromkeys(("customer_id", "card_id", "device_id", "visitor_id"), f"{pattern.name}-")
        for row in pattern.example:
            named = {name: prefix + value for name, prefix in own.items() if (value := getattr(row, name)) is not None}
            rows.append(row._replace(at_us=begin_us + row.at_us, event_id=f"{pattern.name}-{row.event_id}", **named))
    return rows


def event_of(number: int, row: Row) -> tuple[str, Event]:
    """The event of which patterns would see this row."""
    when = at("00:00") + timedelta(microseconds=row.at_us - to_micros(at("00:00")))
    named = {name: getattr(row, name) for name in ("customer_id", "device_id", "visitor_id")}
    countries = {"shipping_country": row.shipping_country, "billing_country": row.billing_country}
    if row.kind == "placed":
        customer = named.pop("customer_id") or f"c-{number}"
        return "orders.v1", order(row.event_id, when, customer, {"p1": (1, row.amount_cents)}, **named, **countries)
    if row.kind in ("authorized", "declined"):
        customer = named.pop("customer_id") or f"c-{number}"
        more = {"kind": row.kind, "card_id": row.card_id or f"k-{number}", "customer_id": customer}
        return "payments.v1", payment(row.event_id, when, row.amount_cents, **more, **named, **countries)
    return "accounts.v1", Account(event_id=row.event_id, occurred_at=when, kind=row.kind, **named)  # type: ignore[arg-type]


def ends() -> list[Arriving]:
    """An event in every partition, long after all others, so that all that is open closes."""
    return everywhere("end", END)


def everywhere(prefix: str, when: datetime) -> list[Arriving]:
    """An event in every partition."""
    found = []
    for topic in TOPICS:
        for partition in range(topic_named(topic).partitions):
            name = f"{prefix}-{topic}-{partition}"
            event: Event = {
                "clicks.v1": click(name, when, name),
                "orders.v1": order(name, when, name, {"p1": (1, 100)}),
                "payments.v1": payment(name, when, 100, customer_id=name, card_id=name),
                "accounts.v1": Account(event_id=name, occurred_at=when, kind="logged_in", customer_id=name),
            }[topic]
            record = _record(topic, event)
            placed = NewRecord(record.key, record.value, record.headers, partition)
            found.append(Arriving(topic, placed, to_micros(when)))
    return found


def told_otherwise(events: Sequence[Arriving], chance: random.Random, *, within_us: int | None) -> list[Arriving]:
    """Some twice or three times, each held up by less than `within_us`, or in any order where that is None."""
    copies = [one for one in events for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    if within_us is None:
        chance.shuffle(copies)
        return copies
    return sorted(copies, key=lambda one: one.at_us + chance.randrange(within_us))


def _record(topic: str, event: Event) -> NewRecord:
    received_us = to_micros(event.occurred_at) + 10**6
    return NewRecord(key_of(topic_named(topic), event), event.encode(), {RECEIVED_AT: str(received_us)})
