"""What is asked: one typed body a use case, checked once at the door."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tillstream.core.contracts.fields import Cents, Country, Currency, Id, Name

Surface = Literal["for_you", "search", "product", "cart"]


class RecommendRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A list for a visitor; `product_id` is the product on the page, if there is one."""

    visitor_id: Id
    customer_id: Id | None = None
    k: Annotated[int, Meta(ge=1, le=48)] = 8
    surface: Surface = "for_you"
    product_id: Id | None = None


class PriceRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The price of one product for one visitor."""

    visitor_id: Id
    product_id: Id
    customer_id: Id | None = None


class FraudRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A payment that is about to be made; a second request for it gets the recorded answer."""

    payment_id: Id
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


class ChurnRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whether a customer is about to leave."""

    customer_id: Id
