"""What is bought and how it is paid."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from tillstream.core.contracts.event import Event
from tillstream.core.contracts.fields import Cents, Country, Currency, Id, Name, Quantity


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One product of an order; `unit_price_cents` is what one piece cost after its discount."""

    product_id: Id
    quantity: Quantity
    unit_price_cents: Cents
    discount_cents: Cents = 0
    decision_id: Id | None = None


class Order(Event, frozen=True, kw_only=True):
    """An order's step. `placed` carries all lines; `cancelled` and `refunded` those that go back."""

    at_least_one: ClassVar = (("customer_id", "visitor_id"),)

    order_id: Id
    kind: Literal["placed", "completed", "cancelled", "refunded", "failed"]
    lines: Annotated[list[OrderLine], Meta(max_length=500)]
    total_cents: Cents
    currency: Currency
    customer_id: Id | None = None
    visitor_id: Id | None = None
    discount_cents: Cents = 0
    shipping_cents: Cents = 0
    promo_code: Name | None = None
    payment_method: Name | None = None
    shipping_address_id: Id | None = None
    billing_address_id: Id | None = None
    shipping_country: Country | None = None
    billing_country: Country | None = None
    region: Name | None = None
    device_id: Id | None = None
    decision_id: Id | None = None
    reason: Name | None = None


class Payment(Event, frozen=True, kw_only=True):
    """A payment's step; a chargeback names the payment it takes back, weeks later.

    `decision_id` is the fraud decision the shop asked for before it sent the payment.
    """

    at_least_one: ClassVar = (("customer_id", "visitor_id", "card_id"),)

    payment_id: Id
    kind: Literal["authorized", "declined", "captured", "refunded", "charged_back"]
    amount_cents: Cents
    currency: Currency
    order_id: Id | None = None
    customer_id: Id | None = None
    visitor_id: Id | None = None
    card_id: Id | None = None
    device_id: Id | None = None
    terminal_id: Id | None = None
    method: Name | None = None
    card_country: Country | None = None
    ip_country: Country | None = None
    shipping_country: Country | None = None
    billing_country: Country | None = None
    reason: Name | None = None
    decision_id: Id | None = None
