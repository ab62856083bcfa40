"""Makers of single events with sane defaults, and the shop's two days."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.core.contracts import Event, key_of, to_micros, topic_named
from tillstream.core.contracts.behaviour import Click, Impression
from tillstream.core.contracts.goods import Product, Stock
from tillstream.core.contracts.market import Campaign, CompetitorPrice, Promotion, Weather
from tillstream.core.contracts.money import Order, OrderLine, Payment
from tillstream.core.contracts.people import Account, Customer

DAY_ONE = datetime(2026, 3, 2, tzinfo=UTC)


def at(clock: str, *, day: int = 1) -> datetime:
    """`at("09:30")` on the shop's first day, `at("09:30:05.25", day=2)` on its second."""
    hours, minutes, *rest = clock.split(":")
    seconds = float(rest[0]) if rest else 0.0
    return DAY_ONE + timedelta(days=day - 1, hours=int(hours), minutes=int(minutes), seconds=seconds)


def product(product_id: str, category: str, price_cents: int, **more: Any) -> Product:
    return Product(
        **{"event_id": f"product-{product_id}", "occurred_at": at("00:00"), "currency": "EUR"}
        | {"title": f"The {product_id}", "cost_cents": price_cents // 2, "brand": "Acme"}
        | more,
        product_id=product_id,
        category=category,
        price_cents=price_cents,
    )


def click(event_id: str, when: datetime, visitor_id: str, kind: str = "viewed", **more: Any) -> Click:
    return Click(event_id=event_id, occurred_at=when, visitor_id=visitor_id, kind=kind, **more)  # type: ignore[arg-type]


def order(event_id: str, when: datetime, customer_id: str, lines: dict[str, tuple[int, int]], **more: Any) -> Order:
    """`lines` maps a product to (quantity, unit price in cents)."""
    made = [
        OrderLine(product_id=product_id, quantity=quantity, unit_price_cents=cents)
        for product_id, (quantity, cents) in lines.items()
    ]
    total = sum(line.quantity * line.unit_price_cents for line in made)
    return Order(
        **{"kind": "placed", "order_id": f"order-{event_id}", "currency": "EUR", "total_cents": total} | more,
        event_id=event_id,
        occurred_at=when,
        customer_id=customer_id,
        lines=made,
    )


def payment(event_id: str, when: datetime, amount_cents: int, **more: Any) -> Payment:
    return Payment(
        **{"kind": "authorized", "payment_id": f"payment-{event_id}", "currency": "EUR"} | more,
        event_id=event_id,
        occurred_at=when,
        amount_cents=amount_cents,
    )


def shop_events() -> list[tuple[str, Event]]:
    """Every event of the shop with its topic, in the order received."""
    events: list[tuple[str, Event]] = [
        ("products.v1", product("boots", "shoes", 9_900)),
        ("products.v1", product("sneakers", "shoes", 7_900)),
        ("products.v1", product("desk-lamp", "lamps", 3_500)),
        ("products.v1", product("floor-lamp", "lamps", 12_000)),
        ("stock.v1", Stock(event_id="s1", occurred_at=at("00:01"), product_id="boots", on_hand=5)),
        ("weather.v1", Weather(event_id="w1", occurred_at=at("00:05"), region="north", temperature_celsius=-2.5,
                               precipitation_mm=1.2, condition="snow")),
        ("competitor_prices.v1", CompetitorPrice(event_id="k1", occurred_at=at("00:10"), product_id="boots",
                                                 competitor_id="rival", price_cents=9_500, currency="EUR")),
        ("promotions.v1", Promotion(event_id="p1", occurred_at=at("00:15"), promotion_id="promo-1", name="Shoe week",
                                    discount_ratio=0.1, starts_at=at("08:00"), ends_at=at("08:00", day=3),
                                    category="shoes")),
        ("campaigns.v1", Campaign(event_id="g1", occurred_at=at("00:20"), campaign_id="spring", kind="started",
                                  channel="email", name="Spring")),
        ("customers.v1", Customer(event_id="c-ann", occurred_at=at("08:00"), customer_id="ann", country="DE",
                                  region="north", created_at=at("08:00"), gender="female", age_band="30-39")),
        ("customers.v1", Customer(event_id="c-bob", occurred_at=at("08:00"), customer_id="bob", country="DE",
                                  region="south", created_at=at("08:00"))),
        ("customers.v1", Customer(event_id="c-eve", occurred_at=at("08:00"), customer_id="eve", country="US",
                                  region="north", created_at=at("08:00"))),
        ("accounts.v1", Account(event_id="a1", occurred_at=at("08:59"), kind="logged_in", customer_id="ann",
                                visitor_id="v-ann", device_id="d-ann", ip_country="DE")),
        ("clicks.v1", click("e1", at("09:00"), "v-ann", customer_id="ann", product_id="boots", category="shoes")),
        ("clicks.v1", click("e2", at("09:01"), "v-ann", customer_id="ann", product_id="sneakers", category="shoes")),
        ("clicks.v1", click("e3", at("09:02"), "v-ann", "cart_added", customer_id="ann", product_id="boots",
                            category="shoes", quantity=1, price_cents=9_900)),
        ("orders.v1", order("o1", at("09:05"), "ann", {"boots": (1, 9_900)}, region="north", visitor_id="v-ann",
                            shipping_country="DE", billing_country="DE", device_id="d-ann")),
        ("payments.v1", payment("y1", at("09:05:30"), 9_900, order_id="order-o1", customer_id="ann", card_id="card-ann",
                                device_id="d-ann", card_country="DE", ip_country="DE")),
        ("impressions.v1", Impression(event_id="i1", occurred_at=at("10:00"), visitor_id="v-bob", surface="for_you",
                                      product_ids=["desk-lamp", "boots"], policy="sample", propensities=[0.5, 0.5])),
        ("clicks.v1", click("e4", at("10:01"), "v-bob", product_id="desk-lamp", category="lamps", position=0)),
        ("clicks.v1", click("e5", at("10:02"), "v-bob", product_id="floor-lamp", category="lamps")),
        ("clicks.v1", click("e6", at("10:03"), "v-bob", "checkout_abandoned")),
        ("accounts.v1", Account(event_id="a2", occurred_at=at("11:00"), kind="login_failed", visitor_id="v-eve",
                                device_id="d-eve", ip_country="NG")),
        ("orders.v1", order("o2", at("11:05"), "eve", {"floor-lamp": (2, 12_000), "boots": (1, 9_900)}, region="north",
                            visitor_id="v-eve", shipping_country="NG", billing_country="US", device_id="d-eve")),
        ("payments.v1", payment("y2", at("11:05:10"), 33_900, kind="declined", order_id="order-o2", customer_id="eve",
                                card_id="card-1", device_id="d-eve", card_country="US", ip_country="NG")),
        ("payments.v1", payment("y3", at("11:05:40"), 33_900, order_id="order-o2", customer_id="eve",
                                card_id="card-2", device_id="d-eve", card_country="FR", ip_country="NG")),
        ("orders.v1", order("o3", at("09:30", day=2), "ann", {"sneakers": (1, 7_110)}, region="north",
                            visitor_id="v-ann", device_id="d-ann", discount_cents=790)),
        ("payments.v1", payment("y4", at("09:31", day=2), 7_110, order_id="order-o3", customer_id="ann",
                                card_id="card-ann", device_id="d-ann", card_country="DE", ip_country="DE")),
        ("payments.v1", payment("y5", at("18:00", day=2), 33_900, kind="charged_back", payment_id="payment-y3",
                                order_id="order-o2", customer_id="eve", card_id="card-2", device_id="d-eve")),
    ]  # fmt: skip
    return events


def new_record(topic: str, event: Event, *, late_seconds: float = 0.0) -> NewRecord:
    """The event as a source of history appends it: received `late_seconds` after it happened."""
    received = to_micros(event.occurred_at) + round(late_seconds * 1e6)
    return NewRecord(key_of(topic_named(topic), event), event.encode(), {RECEIVED_AT: str(received)})


def shop_records() -> list[tuple[str, NewRecord]]:
    """The whole shop, received as it happened."""
    return [(topic, new_record(topic, event)) for topic, event in shop_events()]
