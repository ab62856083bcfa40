"""A seeded little log with everything that goes wrong in it, and the silver tables it becomes."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa
from tests.shop import click, order, payment

from tillstream.adapters.log import RECEIVED_AT, NewRecord, partition_of
from tillstream.core.contracts import Event, key_of, to_micros, topic_named
from tillstream.core.contracts.behaviour import Click, Impression
from tillstream.core.contracts.bots import is_bot
from tillstream.core.contracts.derived import Session
from tillstream.core.contracts.goods import Product, Stock
from tillstream.core.contracts.market import Campaign, CompetitorPrice, Promotion, Weather
from tillstream.core.contracts.people import Account, Customer
from tillstream.data.lake.catalog import definition_of

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY_US = 86_400_000_000
KINDS = ("viewed", "viewed", "viewed", "cart_added", "searched", "refreshed", "hovered")
CATEGORIES = ("shoes", "lamps", "bags", None)


@dataclass(frozen=True)
class Received:
    """An event with what the log knows of it."""

    topic: str
    event: Event
    received_us: int
    partition: int
    offset: int

    @property
    def at_us(self) -> int:
        return to_micros(self.event.occurred_at)

    @property
    def place(self) -> int:
        return (self.partition << 48) + self.offset

    def record(self) -> NewRecord:
        key = key_of(topic_named(self.topic), self.event)
        return NewRecord(key, self.event.encode(), {RECEIVED_AT: str(self.received_us)})


def small_log(seed: int, events: int = 400, *, days: float = 12.0, late: float = 0.15) -> list[Received]:
    """In the order received: ties in time, nulls, negative stock, duplicates, late ones, clocks that run ahead."""
    draw = random.Random(seed)
    drawn: list[tuple[int, str, Event]] = []
    for number in range(events):
        second = draw.choice((draw.uniform(0, days * 86_400), float(draw.randrange(round(days * 24)) * 3_600)))
        when = START + timedelta(seconds=second)
        topic, event = _event(draw, f"e{number}", when)
        delay = draw.choice((-59.0, 5.0, 3_000.0, 86_400.0 * 3)) if draw.random() < late else 0.0
        drawn.append((to_micros(when) + round(delay * 1e6), topic, event))
        if draw.random() < 0.05:
            drawn.append((to_micros(when) + round((delay + draw.uniform(0, 9_000)) * 1e6), topic, event))
    return in_order(drawn)


def in_order(drawn: Iterable[tuple[int, str, Event]]) -> list[Received]:
    """Given their times of receipt, the events as the log holds them."""
    ends: dict[tuple[str, int], int] = {}
    log = []
    for received, topic, event in sorted(drawn, key=lambda one: one[0]):
        partition = partition_of(key_of(topic_named(topic), event), topic_named(topic).partitions)
        offset = ends.get((topic, partition), 0)
        ends[topic, partition] = offset + 1
        log.append(Received(topic, event, received, partition, offset))
    return log


def _event(draw: random.Random, event_id: str, when: datetime) -> tuple[str, Event]:
    product_id = f"p{draw.randrange(5)}"
    customer = draw.choice((None, "ann", "bob", "eve"))
    topics = ("click", "order", "payment", "account", "stock", "price", "shown", "outside", "product")
    match draw.choices(topics, (50, 10, 20, 6, 6, 6, 5, 12, 2))[0]:
        case "click":
            return "clicks.v1", click(
                event_id, when, f"v{draw.randrange(4)}", draw.choice(KINDS), customer_id=customer,
                product_id=draw.choice((product_id, None)), category=draw.choice(CATEGORIES),
                price_cents=draw.choice((None, 100, 250)), duration_ms=draw.choice((None, 30, 70)),
                scroll_ratio=draw.choice((None, 0.1, 1 / 3, 0.7)),
                user_agent="Googlebot/2.1" if when.microsecond % 9 == 1 else None,
            )  # fmt: skip
        case "order":
            lines = {product_id: (draw.randrange(1, 4), 500), "p9": (1, 300)}
            kind = draw.choice(("placed", "placed", "refunded", "failed"))
            return "orders.v1", order(event_id, when, customer or "ann", lines, kind=kind, visitor_id="v1")
        case "payment":
            kind = draw.choice(("authorized", "authorized", "declined", "charged_back", "captured"))
            return "payments.v1", payment(
                event_id, when, draw.randrange(1, 900), kind=kind, customer_id=customer,
                card_id=f"k{draw.randrange(3)}", device_id=draw.choice((None, "d1")), terminal_id="t1",
                shipping_country=draw.choice((None, "DE", "US")), billing_country=draw.choice((None, "DE")),
            )  # fmt: skip
        case "account":
            kind = draw.choice(("login_failed", "registered", "password_changed"))
            account = Account(
                event_id=event_id, occurred_at=when, kind=kind, customer_id=customer, visitor_id="v1", device_id="d1"
            )
            return "accounts.v1", account
        case "shown":
            seen = [f"p{number}" for number in draw.sample(range(5), draw.randrange(1, 4))]
            shown = Impression(
                event_id=event_id, occurred_at=when, visitor_id=f"v{draw.randrange(4)}", surface="for_you",
                product_ids=seen, policy="sample",
            )  # fmt: skip
            return "impressions.v1", shown
        case "outside":
            return _outside(draw, event_id, when, customer or "ann", product_id)
        case "stock":
            stock = Stock(event_id=event_id, occurred_at=when, product_id=product_id, on_hand=draw.randrange(-3, 9))
            return "stock.v1", stock
        case "price":
            cents = draw.randrange(1, 999)
            price = CompetitorPrice(
                event_id=event_id,
                occurred_at=when,
                product_id=product_id,
                competitor_id="rival",
                price_cents=cents,
                currency="EUR",
            )
            return "competitor_prices.v1", price
    return "products.v1", Product(
        event_id=event_id, occurred_at=when, product_id=product_id, title="A product", category="shoes",
        price_cents=draw.randrange(100, 900), currency="EUR",
    )  # fmt: skip


def _outside(draw: random.Random, event_id: str, when: datetime, customer: str, product_id: str) -> tuple[str, Event]:
    told: dict[str, Any] = {"event_id": event_id, "occurred_at": when}
    match draw.randrange(5):
        case 0:
            degrees = draw.uniform(-9, 30)
            region = draw.choice(("north", "south"))
            return "weather.v1", Weather(
                **told, region=region, temperature_celsius=degrees, precipitation_mm=0.1, condition="rain"
            )
        case 1:
            kind = draw.choice(("email_sent", "email_opened", "email_clicked", "social_shared"))
            return "campaigns.v1", Campaign(**told, campaign_id="g1", kind=kind, channel="email", customer_id=customer)
        case 2:
            place = draw.choice(({"product_id": product_id}, {"category": "shoes"}))
            return "promotions.v1", Promotion(
                **told, promotion_id=f"promo-{event_id}", name="Sale", discount_ratio=draw.random(), starts_at=when,
                ends_at=when + timedelta(days=2), **place,
            )  # fmt: skip
        case 3:
            return "customers.v1", Customer(**told, customer_id=customer, country=draw.choice(("DE", "US")),
                                            created_at=when, gender=draw.choice((None, "female")))  # fmt: skip
    return "sessions.v1", Session(
        **told, session_id=f"s{draw.randrange(2)}", visitor_id="v1", revision=draw.randrange(9), started_at=when,
        ended_at=when, clicks=draw.randrange(5), bounced=draw.random() < 0.5, customer_id=customer,
    )  # fmt: skip


def once_each(log: Sequence[Received]) -> list[Received]:
    """The first of each event_id on a day, as silver keeps them."""
    first: dict[tuple[str, str, int], Received] = {}
    for one in log:
        first.setdefault((one.topic, one.event.event_id, one.at_us // DAY_US), one)
    return list(first.values())


class SilverTables:
    """A lake's silver in memory, written from a log; the part of Lake that features read."""

    def __init__(self, log: Sequence[Received]) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for one in once_each(log):
            self._rows.setdefault(f"silver.{topic_named(one.topic).entity}", []).append(_row(one))

    def arrow(self, name: str, columns: Sequence[str] | None = None, where: Any = None) -> pa.Table:
        table = pa.Table.from_pylist(self._rows.get(name, []), schema=definition_of(name).schema)
        if where is not None:
            table = table.filter(where)
        return table.select(list(columns)) if columns is not None else table


def _row(one: Received) -> dict[str, Any]:
    fields = {name: getattr(one.event, name) for name in one.event.__struct_fields__}
    if "lines" in fields:
        fields["lines"] = [msgspec.structs.asdict(line) for line in fields["lines"]]
    if isinstance(one.event, Click):
        fields["is_bot"] = is_bot(one.event)
    received = START + timedelta(microseconds=one.received_us - to_micros(START))
    return {**fields, "received_at": received, "log_partition": one.partition, "log_offset": one.offset}
