"""What the plots count, gathered in one pass over a world's days."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tillstream.core.contracts import SOURCE_TOPICS
from tillstream.data.sources.world.revealing import reveal
from tillstream.data.sources.world.simulation import World
from tillstream.data.sources.world.timeline import Rows
from tillstream.data.sources.world.truth import Truth


class _Seen(msgspec.Struct):
    """The fields that are counted, of whatever topic."""

    occurred_at: datetime
    kind: str = ""
    category: str = ""
    surface: str = ""
    region: str = ""
    product_id: str = ""
    decision_id: str = ""
    payment_id: str = ""
    user_agent: str | None = None
    product_ids: list[str] = []
    prices_cents: list[int] = []
    lines: list[dict[str, object]] = []
    total_cents: int = 0
    temperature_celsius: float = 0.0


@dataclass(slots=True)
class Tally:
    """Counts of a world. `looks` and `carts` are by category and price step (per cent of the list price).

    `regions`, `jackets` (views) and `celsius` (readings) are by region and day.
    """

    truth: Truth
    events: Counter[str] = field(default_factory=Counter)
    clicks: Counter[str] = field(default_factory=Counter)
    hours: Counter[tuple[bool, int]] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    views: Counter[str] = field(default_factory=Counter)
    sold: Counter[str] = field(default_factory=Counter)
    baskets_cents: list[int] = field(default_factory=list)
    basket_lines: Counter[int] = field(default_factory=Counter)
    looks: Counter[tuple[str, int]] = field(default_factory=Counter)
    carts: Counter[tuple[str, int]] = field(default_factory=Counter)
    payments: Counter[tuple[str, str]] = field(default_factory=Counter)
    regions: Counter[tuple[str, str]] = field(default_factory=Counter)
    jackets: Counter[tuple[str, str]] = field(default_factory=Counter)
    celsius: dict[tuple[str, str], list[float]] = field(default_factory=dict)


def tally_of(world: World, on_day: Callable[[], None]) -> Tally:
    """Runs the world and counts; `on_day` is told after each day."""
    tally = Tally(Truth())
    list_cents = dict(zip(world.catalogue.product_ids, world.catalogue.list_cents.tolist(), strict=True))
    steps: dict[str, tuple[str, int]] = {}
    payments: list[_Seen] = []
    for day in world.days():
        for topic, event in _events(day.rows):
            tally.events[topic] += 1
            if topic == "clicks.v1":
                _click(tally, event, steps)
            elif topic == "impressions.v1" and event.surface == "price":
                product = event.product_ids[0]
                step = (product.rpartition("-")[0], round(event.prices_cents[0] / list_cents[product] * 20) * 5)
                steps[event.decision_id] = step
                tally.looks[step] += 1
            elif topic == "orders.v1" and event.kind == "placed":
                tally.baskets_cents.append(event.total_cents)
                tally.basket_lines[len(event.lines)] += 1
                tally.sold.update(str(line["product_id"]).rpartition("-")[0] for line in event.lines)
            elif topic == "payments.v1":
                payments.append(event)
            elif topic == "weather.v1":
                key = (event.region, event.occurred_at.date().isoformat())
                tally.celsius.setdefault(key, []).append(event.temperature_celsius)
        on_day()
    tally.truth = reveal(world)
    patterns = {fraud.payment_id: fraud.pattern for fraud in tally.truth.frauds}
    tally.payments = Counter((patterns.get(event.payment_id, "honest"), event.kind) for event in payments)
    return tally


def _click(tally: Tally, event: _Seen, steps: dict[str, tuple[str, int]]) -> None:
    if event.user_agent is not None:
        return  # only bots say what they are
    tally.clicks[event.kind] += 1
    if event.kind == "viewed":
        on = event.occurred_at.date()
        tally.hours[on.weekday() >= 5, event.occurred_at.hour] += 1
        tally.days[on.isoformat()] += 1
        tally.views[event.category] += 1
        tally.regions[event.region, on.isoformat()] += 1
        if event.category == "jackets":
            tally.jackets[event.region, on.isoformat()] += 1
    elif event.kind == "cart_added" and event.decision_id in steps:
        tally.carts[steps[event.decision_id]] += 1


def _events(rows: Rows) -> list[tuple[str, _Seen]]:
    decode = msgspec.json.Decoder(_Seen).decode
    return [(SOURCE_TOPICS[topic], decode(value)) for topic, value in zip(rows.topic.tolist(), rows.value, strict=True)]
