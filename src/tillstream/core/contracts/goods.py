"""What is sold: products and how many are on hand."""

from typing import Annotated

from msgspec import Meta

from tillstream.core.contracts.event import Event
from tillstream.core.contracts.fields import Cents, Count, Currency, Id, Name, Number, Text


class Product(Event, frozen=True, kw_only=True):
    """A product's record as it is from now on; the whole record, not a difference."""

    product_id: Id
    title: Name
    category: Name
    price_cents: Cents
    currency: Currency
    brand: Name | None = None
    description: Text | None = None
    cost_cents: Cents | None = None
    shipping_estimate_days: Count | None = None
    variants: Count | None = None
    tags: Annotated[list[Name], Meta(max_length=20)] | None = None
    image: Text | None = None
    active: bool = True


class Stock(Event, frozen=True, kw_only=True):
    """How many of a product are on hand from now on, in one warehouse."""

    product_id: Id
    on_hand: Annotated[int, Meta(ge=-(10**6), le=10**9)]
    warehouse_id: Id | None = None
    change: Annotated[int, Meta(ge=-(10**9), le=10**9)] | None = None
    reason: Name | None = None
    reorder_point: Number | None = None
