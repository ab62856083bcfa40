"""What surrounds the shop: promotions, campaigns, weather, competitors."""

from typing import Literal

from tillstream.core.contracts.event import Event
from tillstream.core.contracts.fields import Cents, Currency, Id, Instant, Name, Number, Ratio, Text


class Promotion(Event, frozen=True, kw_only=True):
    """A promotion that runs from `starts_at` up to, not including, `ends_at`.

    It covers one product, one category, or with neither the whole shop; announcing the same
    `promotion_id` again replaces it.
    """

    promotion_id: Id
    name: Name
    discount_ratio: Ratio
    starts_at: Instant
    ends_at: Instant
    product_id: Id | None = None
    category: Name | None = None
    promo_code: Name | None = None


class Campaign(Event, frozen=True, kw_only=True):
    """A campaign's start, or one customer's touch with it."""

    campaign_id: Id
    kind: Literal["started", "ended", "email_sent", "email_opened", "email_clicked", "social_shared"]
    channel: Literal["email", "social", "search", "display", "affiliate"]
    name: Text | None = None
    customer_id: Id | None = None
    category: Name | None = None
    utm_source: Name | None = None
    utm_medium: Name | None = None
    utm_campaign: Name | None = None
    budget_cents: Cents | None = None


class Weather(Event, frozen=True, kw_only=True):
    """The weather in a region at `occurred_at`."""

    region: Name
    temperature_celsius: Number
    precipitation_mm: Number
    condition: Literal["clear", "cloudy", "rain", "snow", "storm"]


class CompetitorPrice(Event, frozen=True, kw_only=True):
    """What a competitor asks for the same product at `occurred_at`."""

    product_id: Id
    competitor_id: Id
    price_cents: Cents
    currency: Currency
