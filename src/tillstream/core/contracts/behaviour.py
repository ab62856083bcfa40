"""What a visitor does on the page and what the page showed."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tillstream.core.contracts.event import Event
from tillstream.core.contracts.fields import Cents, Count, Country, Id, Milliseconds, Name, Quantity, Ratio, Text

ClickKind = Literal[
    "viewed",
    "refreshed",
    "searched",
    "hovered",
    "scrolled",
    "cart_added",
    "cart_removed",
    "checkout_started",
    "shipping_entered",
    "payment_entered",
    "checkout_abandoned",
]


class Click(Event, frozen=True, kw_only=True):
    """One action of a visitor; `decision_id` is the decision it answers."""

    visitor_id: Id
    kind: ClickKind
    customer_id: Id | None = None
    product_id: Id | None = None
    category: Name | None = None
    query: Text | None = None
    decision_id: Id | None = None
    position: Count | None = None
    quantity: Quantity | None = None
    price_cents: Cents | None = None
    duration_ms: Milliseconds | None = None
    scroll_ratio: Ratio | None = None
    page: Text | None = None
    referrer: Text | None = None
    campaign_id: Id | None = None
    utm_source: Name | None = None
    utm_medium: Name | None = None
    utm_campaign: Name | None = None
    device_id: Id | None = None
    device_type: Literal["phone", "tablet", "desktop"] | None = None
    browser: Name | None = None
    user_agent: Text | None = None
    country: Country | None = None
    region: Name | None = None


class Impression(Event, frozen=True, kw_only=True):
    """A list or a price that was seen; products in the order shown.

    `propensities` (same length and order) are the chances the logged policy gave each product
    of standing where it stood; `prices_cents` likewise.
    """

    at_least_one: ClassVar = (("decision_id", "policy"),)

    visitor_id: Id
    surface: Literal["for_you", "search", "product", "price", "cart"]
    product_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    customer_id: Id | None = None
    decision_id: Id | None = None
    policy: Name | None = None
    propensities: Annotated[list[Ratio], Meta(max_length=100)] | None = None
    prices_cents: Annotated[list[Cents], Meta(max_length=100)] | None = None
    device_type: Literal["phone", "tablet", "desktop"] | None = None
