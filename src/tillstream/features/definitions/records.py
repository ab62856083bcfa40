"""What a session, an order, a payment is by itself: carried from its events, for training and analysis only."""

from typing import Final

from tillstream.features.definitions.aggregations import First, Given, Last, Mean, SecondsSince, Sum
from tillstream.features.definitions.families import asked, family
from tillstream.features.definitions.language import Feature, kinds


def _carried(entity: str, topic: str, *told: tuple[str, str, str, str], personal: bool = False) -> tuple[Feature, ...]:
    """The last word of an entity's events on each field: name, field, unit, description."""
    return tuple(
        feature
        for name, field, unit, words in told
        for feature in family(entity, name, "ever", Last(field), words, topic=topic, unit=unit, suffix="",
                              personal=personal, online=False)
    )  # fmt: skip


SESSION: Final = (
    *asked("session__id", Given("session_id"), "The session's id itself."),
    *_carried(
        "session", "sessions",
        ("customer", "customer_id", "1", "Whose it is, once known."),
        ("visitor", "visitor_id", "1", "Whose it is."),
        ("started_at", "started_at", "microseconds", "When it began, in microseconds since 1970."),
        ("ended_at", "ended_at", "microseconds", "When its last action was, in microseconds since 1970."),
        ("duration_ms", "duration_ms", "ms", "How long it lasted."),
        ("clicks", "clicks", "1", "Actions in it."),
        ("refreshes", "refreshes", "1", "Pages loaded again in it."),
        ("products", "products", "1", "Different products in it."),
        ("bounced", "bounced", "flag", "Whether it was one view and nothing else."),
        ("carted", "added_to_cart", "flag", "Whether a product was put into the cart."),
        ("purchased", "purchased", "flag", "Whether an order was placed."),
        ("closed", "closed", "flag", "Whether it is over."),
        ("retracted", "retracted", "flag", "Whether it was taken back, for its events belong to another."),
    ),
)  # fmt: skip

ORDER: Final = (
    *asked("order__id", Given("order_id"), "The order's id itself."),
    *_carried(
        "order", "orders",
        ("customer", "customer_id", "1", "Who placed it."),
        ("visitor", "visitor_id", "1", "The visitor, and so the session, in which it was placed."),
        ("status", "kind", "1", "Its last step."),
        ("payment_method", "payment_method", "1", "How it is to be paid."),
        ("promo_code", "promo_code", "1", "Promotion code used."),
        ("discount_cents", "discount_cents", "cents", "Discount on it."),
        ("shipping_cents", "shipping_cents", "cents", "Cost of its shipping."),
        ("region", "region", "1", "Where it goes to: region__condition_last is the weather there."),
        ("shipping_country", "shipping_country", "1", "Country it goes to."),
        ("billing_country", "billing_country", "1", "Country of the bill."),
    ),
    *_carried(
        "order", "orders",
        ("shipping_address", "shipping_address_id", "1", "Address it goes to."),
        ("billing_address", "billing_address_id", "1", "Address of the bill."),
        personal=True,
    ),
    *family("order", "items", "ever", Sum("quantity"), "Pieces ordered.",
            topic="orders", each="lines", where=kinds("placed"), unit="pieces", suffix="", online=False),
    *family("order", "unit_price", "ever", Mean("unit_price_cents"), "Mean price of a piece, by lines.",
            topic="orders", each="lines", where=kinds("placed"), unit="cents", suffix="", online=False),
    *family("order", "total_cents", "ever", Last("total_cents"), "Its total.",
            topic="orders", where=kinds("placed"), unit="cents", suffix="", online=False),
    *family("order", "created_at", "ever", First("occurred_at"), "When it was placed, in microseconds since 1970.",
            topic="orders", where=kinds("placed"), unit="microseconds", suffix="", online=False),
    *family("order", "completed_at", "ever", Last("occurred_at"), "When it was completed, microseconds since 1970.",
            topic="orders", where=kinds("completed"), unit="microseconds", suffix="", online=False),
    *family("order", "seconds_since_placed", "ever", SecondsSince(), "Time since it was placed.",
            topic="orders", where=kinds("placed"), unit="seconds", suffix="", online=False),
    *family("order", "seconds_since_completed", "ever", SecondsSince(), "Time since it was completed.",
            topic="orders", where=kinds("completed"), unit="seconds", suffix="", online=False),
    *_carried("order", "payments", ("payment_status", "kind", "1", "Last step of its payment.")),
)  # fmt: skip

PAYMENT: Final = (
    *asked("payment__id", Given("payment_id"), "The payment's id itself."),
    *_carried(
        "payment", "payments",
        ("status", "kind", "1", "Its last step."),
        ("method", "method", "1", "How it was paid."),
        ("card_country", "card_country", "1", "Country of the card."),
        ("ip_country", "ip_country", "1", "Country of the connection."),
        ("reason", "reason", "1", "Why it was declined or taken back."),
    ),
)  # fmt: skip
