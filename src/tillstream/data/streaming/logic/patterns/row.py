"""What patterns look at: one shape for payments, placed orders and account events."""

from typing import Final, NamedTuple

from tillstream.core.contracts.event import Event
from tillstream.core.contracts.instants import to_micros
from tillstream.core.contracts.money import Order, Payment
from tillstream.core.contracts.people import Account

TOPICS: Final = ("accounts.v1", "orders.v1", "payments.v1")
OUTPUT: Final = "fraud_alerts.v1"


class Row(NamedTuple):
    """An event as patterns see it; rows sort by when they happened, then by id. A field it lacks is None."""

    at_us: int
    event_id: str
    kind: str
    """`placed`; a payment's `authorized`, `declined`; an account's `registered`, `login_failed`, …"""
    received_at_us: int = 0
    amount_cents: int = 0
    """A payment's amount, an order's total."""
    customer_id: str | None = None
    card_id: str | None = None
    device_id: str | None = None
    visitor_id: str | None = None
    payment_id: str | None = None
    shipping_country: str | None = None
    billing_country: str | None = None


def row_of(event: Event, received_at_us: int) -> Row | None:
    """The event as a row; None for a topic no pattern reads."""
    at_us = to_micros(event.occurred_at)
    match event:
        case Payment():
            return Row(
                at_us,
                event.event_id,
                event.kind,
                received_at_us,
                event.amount_cents,
                event.customer_id,
                event.card_id,
                event.device_id,
                event.visitor_id,
                event.payment_id,
                event.shipping_country,
                event.billing_country,
            )
        case Order():
            return Row(
                at_us,
                event.event_id,
                event.kind,
                received_at_us,
                event.total_cents,
                customer_id=event.customer_id,
                device_id=event.device_id,
                visitor_id=event.visitor_id,
                shipping_country=event.shipping_country,
                billing_country=event.billing_country,
            )
        case Account():
            return Row(
                at_us,
                event.event_id,
                event.kind,
                received_at_us,
                customer_id=event.customer_id,
                device_id=event.device_id,
                visitor_id=event.visitor_id,
            )
    return None
