"""A shop's events with copies, late ones and poison, drawn from a seed, and the file that remembers them."""

import base64
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAYS = 4
MOST_RECORDS = 10**8
"""Of one turn, so that no poison is that of another turn."""
PRODUCTS = [f"p{n}" for n in range(40)]
CATEGORIES = ["shoes", "lamps", "toys"]
REGIONS = ["north", "south", "west"]
WEIGHTS = {
    "clicks": 700, "impressions": 60, "orders": 90, "payments": 60, "stock": 50, "competitor_prices": 20,
    "accounts": 12, "weather": 10, "promotions": 4, "products": 6, "customers": 4, "campaigns": 8,
}  # fmt: skip


CRAWLERS = ["Mozilla/5.0 (compatible; Googlebot/2.1)", "HeadlessChrome/120.0", "python-requests/2.31"]
BROWSERS = ["Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/86.0", "Mozilla/5.0 Firefox/120.0"]
SEARCH, BLOG, SHOP = "https://www.google.com/search?q=shoes", "https://blog.example/shoes", "https://shop.example/"

HOUR = 3_600


@dataclass(frozen=True)
class Habits:
    """Shares of the records that are a copy of an earlier one, late, or poison.

    `late` names shares with the seconds they are late at least and at most.
    """

    copies: float = 0.02
    late: tuple[tuple[float, int, int], ...] = ((0.01, HOUR, 48 * HOUR),)
    poison: float = 0.005


USUAL = Habits()


@dataclass(frozen=True)
class Sent:
    """One record as it was handed to the log; `poison` names what is wrong with it."""

    topic: str
    key: str
    value: bytes
    received_at_us: int
    poison: str | None = None

    def line(self) -> str:
        return json.dumps({**self.__dict__, "value": base64.b64encode(self.value).decode()}) + "\n"

    @classmethod
    def of_line(cls, line: str) -> "Sent":
        fields = json.loads(line)
        return cls(**{**fields, "value": base64.b64decode(fields["value"])})


def read_sent(path: Path) -> list[Sent]:
    """What the producer wrote, in the order it sent."""
    return [Sent.of_line(line) for line in path.read_text().splitlines()]


def draw(seed: int, count: int, habits: Habits = USUAL, turn: int = 0) -> Iterator[Sent]:
    """`count` records; equal seeds give equal bytes. Every product is told before anything else.

    A later `turn` goes on a day after the one before ended; give each another seed.
    """
    chance = random.Random(seed)
    start = START + timedelta(days=DAYS + 1) * turn
    first = [_sent("products", _product(chance, product), start, chance, habits) for product in PRODUCTS]
    yield from first[:count]
    recent: list[Sent] = []
    for number in range(len(first), count):
        received = start + timedelta(days=DAYS) * (number / count)
        luck = chance.random()
        if luck < habits.poison:
            yield _poison(chance, received, turn * MOST_RECORDS + number)
        elif luck < habits.poison + habits.copies and recent:
            copied = chance.choice(recent)
            yield Sent(copied.topic, copied.key, copied.value, _micros(received))
        else:
            entity = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            sent = _sent(entity, _MAKERS[entity](chance), received, chance, habits)
            recent = [*recent[-500:], sent]
            yield sent


def _sent(entity: str, event: dict[str, Any], received: datetime, chance: random.Random, habits: Habits) -> Sent:
    occurred = received - timedelta(milliseconds=chance.randrange(3_000))
    luck = chance.random()
    for share, least, most in habits.late:
        if luck < share:
            occurred = received - timedelta(seconds=chance.randint(least, most))
            break
        luck -= share
    event = {"event_id": f"{chance.getrandbits(64):016x}", "occurred_at": occurred.isoformat(), **event}
    for instant in ("starts_at", "ends_at"):
        if instant in event:
            event[instant] = (occurred + timedelta(hours=event[instant])).isoformat()
    return Sent(f"{entity}.v1", _key(entity, event), json.dumps(event).encode(), _micros(received))


def _key(entity: str, event: dict[str, Any]) -> str:
    names = {"clicks": "visitor_id", "impressions": "visitor_id", "orders": "order_id", "payments": "payment_id"}
    others = {
        "campaigns": "campaign_id",
        "weather": "region",
        "promotions": "promotion_id",
        "customers": "customer_id",
        "accounts": "customer_id",
    }
    return str(event[names.get(entity) or others.get(entity) or "product_id"])


def _product(chance: random.Random, product_id: str) -> dict[str, Any]:
    price = chance.randrange(500, 20_000)
    return {
        "product_id": product_id, "title": f"The {product_id}", "category": chance.choice(CATEGORIES),
        "brand": chance.choice(["Acme", "Bolt"]), "price_cents": price, "cost_cents": price // 2, "currency": "EUR",
    }  # fmt: skip


def _click(chance: random.Random) -> dict[str, Any]:
    visitor = chance.randrange(200)
    kinds = ["viewed"] * 6 + ["hovered", "searched", "cart_added", "cart_removed", "checkout_started"]
    event: dict[str, Any] = {"visitor_id": f"v{visitor}", "kind": chance.choice([*kinds, "payment_entered"])}
    if visitor % 3:
        event["customer_id"] = f"c{visitor}"
    if event["kind"] != "searched":
        event["product_id"] = chance.choice(PRODUCTS)
    if chance.random() < 0.8:
        event["device_type"] = chance.choice(["phone", "tablet", "desktop"])
    if chance.random() < 0.3:
        event["user_agent"] = chance.choice([*CRAWLERS, *BROWSERS])
    if chance.random() < 0.3:
        event["decision_id"] = _decision(chance)
    if chance.random() < 0.2:
        event |= chance.choice(
            [
                {"campaign_id": f"g{chance.randrange(5)}"},
                {"utm_medium": chance.choice(["email", "CPC", "pigeon"]), "utm_source": "partner"},
                {"referrer": chance.choice([SEARCH, BLOG, SHOP]), "page": f"{SHOP}cart"},
            ]
        )
    return event


def _decision(chance: random.Random) -> str:
    return f"h{chance.randrange(60)}"


def _impression(chance: random.Random) -> dict[str, Any]:
    shown = chance.sample(PRODUCTS, chance.randrange(1, 6))
    event: dict[str, Any] = {
        "visitor_id": f"v{chance.randrange(200)}",
        "surface": "for_you",
        "product_ids": shown,
        "policy": "random",
    }
    if chance.random() < 0.8:
        event["decision_id"] = _decision(chance)
    if chance.random() < 0.5:
        event["propensities"] = [chance.randrange(17) / 16 for _ in shown]
    return event


def _order(chance: random.Random) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [
        {"product_id": product, "quantity": chance.randrange(1, 4), "unit_price_cents": chance.randrange(500, 20_000)}
        for product in chance.sample(PRODUCTS, chance.choice([0, 1, 1, 1, 2, 3]))
    ]
    event: dict[str, Any] = {
        "order_id": f"o{chance.randrange(10**6)}",
        "kind": chance.choice(["placed"] * 8 + ["cancelled", "refunded", "completed"]),
        "lines": lines, "total_cents": sum(line["quantity"] * line["unit_price_cents"] for line in lines),
        "currency": chance.choice(["EUR", "EUR", "USD"]), "customer_id": f"c{chance.randrange(200)}",
        "discount_cents": chance.choice([0, 0, 100]),
    }  # fmt: skip
    for line in lines:
        if chance.random() < 0.5:
            line["decision_id"] = _decision(chance)
    if chance.random() < 0.3:
        event["decision_id"] = _decision(chance)
    if chance.random() < 0.9:
        event["region"] = chance.choice(REGIONS)
    if chance.random() < 0.7:
        event["visitor_id"] = f"v{chance.randrange(200)}"
    return event


def _payment(chance: random.Random) -> dict[str, Any]:
    return {
        "payment_id": f"y{chance.randrange(10**6)}", "customer_id": f"c{chance.randrange(200)}",
        "kind": chance.choice(["authorized"] * 6 + ["declined", "captured", "charged_back"]),
        "amount_cents": chance.randrange(50_000), "currency": "EUR", "card_id": f"k{chance.randrange(300)}",
    }  # fmt: skip


def _promotion(chance: random.Random) -> dict[str, Any]:
    about: dict[str, Any] = chance.choice(
        [{}, {"category": chance.choice(CATEGORIES)}, {"product_id": chance.choice(PRODUCTS)}]
    )
    times = {"starts_at": chance.randrange(-2, 6), "ends_at": chance.randrange(6, 30)}
    number = chance.randrange(12)
    return {
        "promotion_id": f"m{number}",
        "name": "Sale",
        "discount_ratio": chance.randrange(1, 9) / 16,
        **times,
        **about,
    }


_MAKERS: dict[str, Callable[[random.Random], dict[str, Any]]] = {
    "clicks": _click,
    "impressions": _impression,
    "orders": _order,
    "payments": _payment,
    "promotions": _promotion,
    "products": lambda chance: _product(chance, chance.choice(PRODUCTS)),
    "stock": lambda chance: {"product_id": chance.choice(PRODUCTS), "on_hand": chance.randrange(-2, 50)},
    "competitor_prices": lambda chance: {
        "product_id": chance.choice(PRODUCTS), "competitor_id": chance.choice(["rival", "other"]),
        "price_cents": chance.randrange(500, 20_000), "currency": "EUR",
    },
    "accounts": lambda chance: {
        "kind": chance.choice(["logged_in", "login_failed"]), "customer_id": f"c{chance.randrange(200)}",
    },
    "weather": lambda chance: {
        "region": chance.choice(REGIONS), "temperature_celsius": chance.randrange(-80, 300) / 8,
        "precipitation_mm": chance.randrange(0, 80) / 8, "condition": chance.choice(["clear", "rain", "snow"]),
    },
    "campaigns": lambda chance: {
        "campaign_id": f"g{chance.randrange(5)}", "kind": chance.choice(["started", "started", "email_sent"]),
        "channel": chance.choice(["email", "social", "search", "affiliate"]), "name": chance.choice(["News", "Sale"]),
    },
    "customers": lambda chance: {"customer_id": f"c{chance.randrange(200)}", "country": "DE"},
}  # fmt: skip


def _poison(chance: random.Random, received: datetime, number: int) -> Sent:
    """Ten ways to break a click; the number makes each one's bytes its own."""
    good = {"event_id": f"bad{number}", "occurred_at": received.isoformat(), "visitor_id": "v1", "kind": "viewed"}
    kinds: dict[str, bytes] = {
        "no JSON": b"nonsense %d" % number,
        "cut short": json.dumps(good).encode()[:-9],
        "an array": json.dumps([good]).encode(),
        "no UTF-8": b'{"event_id":"\xff\xfe%d"}' % number,
        "no visitor": _json(good, visitor_id=None),
        "a number for an id": _json(good, event_id=number),
        "an unknown kind": _json(good, kind="danced"),
        "a negative price": _json(good, price_cents=-number),
        "a time without offset": _json(good, occurred_at=received.replace(tzinfo=None).isoformat()),
        "from the future": _json(good, occurred_at=(received + timedelta(seconds=90)).isoformat()),
    }
    name = chance.choice(list(kinds))
    return Sent("clicks.v1", f"v{chance.randrange(200)}", kinds[name], _micros(received), name)


def _json(event: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({name: value for name, value in {**event, **changes}.items() if value is not None}).encode()


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def write_sent(path: Path, sent: Iterable[Sent]) -> None:
    """Appends lines; the file is the producer's word."""
    with path.open("a") as file:
        file.writelines(one.line() for one in sent)
