"""Every topic: its contract, key, partitions and retention, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tillstream.core.contracts import behaviour, derived, goods, market, money, people
from tillstream.core.contracts.event import Event
from tillstream.core.errors import UnknownTopic

DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's name, contract and shape; `key` is the first of its fields that is set."""

    name: str
    contract: type[Event] | None
    key: tuple[str, ...]
    partitions: int
    retention_seconds: int
    derived: bool = False

    @property
    def entity(self) -> str:
        """Its name without the version: `clicks` of `clicks.v1`; names its bronze and silver tables."""
        return self.name.rpartition(".")[0]


# Keys keep order where it matters: a customer's steps, a product's prices, a payment and its chargeback.
# 14 days outlast the longest step, twice the lateness and two batch runs.
_WEEKS: Final = 14 * DAY_SECONDS
_TOPICS: Final = (
    Topic("customers.v1", people.Customer, ("customer_id",), 2, _WEEKS),
    Topic("accounts.v1", people.Account, ("customer_id", "visitor_id"), 2, _WEEKS),
    Topic("products.v1", goods.Product, ("product_id",), 2, _WEEKS),
    Topic("clicks.v1", behaviour.Click, ("visitor_id",), 4, _WEEKS),
    Topic("impressions.v1", behaviour.Impression, ("visitor_id",), 4, _WEEKS),
    Topic("orders.v1", money.Order, ("order_id",), 2, _WEEKS),
    Topic("payments.v1", money.Payment, ("payment_id",), 2, _WEEKS),
    Topic("stock.v1", goods.Stock, ("product_id",), 2, _WEEKS),
    Topic("promotions.v1", market.Promotion, ("promotion_id",), 1, _WEEKS),
    Topic("campaigns.v1", market.Campaign, ("campaign_id",), 1, _WEEKS),
    Topic("weather.v1", market.Weather, ("region",), 1, _WEEKS),
    Topic("competitor_prices.v1", market.CompetitorPrice, ("product_id",), 1, _WEEKS),
    Topic("sessions.v1", derived.Session, ("session_id",), 2, _WEEKS, derived=True),
    Topic("fraud_alerts.v1", derived.FraudAlert, ("card_id", "customer_id", "device_id"), 1, _WEEKS, derived=True),
    # Packed tiles, not events: their own format, written and read by `features` alone.
    Topic("feature_updates.v1", None, (), 2, _WEEKS, derived=True),
    Topic("decisions.v1", derived.Decision, ("event_id",), 2, _WEEKS, derived=True),
    Topic("outcomes.v1", derived.Outcome, ("decision_id",), 2, _WEEKS, derived=True),
    Topic("dead_letters.v1", derived.DeadLetter, ("event_id",), 1, 4 * _WEEKS, derived=True),
)

TOPICS: Final[Mapping[str, Topic]] = MappingProxyType({topic.name: topic for topic in _TOPICS})
SOURCE_TOPICS: Final = tuple(topic.name for topic in _TOPICS if not topic.derived)
LAKE_TOPICS: Final = tuple(topic.name for topic in _TOPICS if topic.contract is not None)
"""Topics that have bronze and silver tables."""


def topic_named(name: str) -> Topic:
    """The topic, by `clicks.v1` or `clicks`; raises UnknownTopic with the names there are."""
    found = TOPICS.get(name) or TOPICS.get(f"{name}.v1")
    if found is None:
        raise UnknownTopic(name, tuple(TOPICS))
    return found


def key_of(topic: Topic, event: Event) -> str:
    """The key that places an event on a partition; empty where no key field is set."""
    for name in topic.key:
        if (value := getattr(event, name)) is not None:
            return str(value)
    return ""
