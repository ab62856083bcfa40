"""What is true in a world, written down while it runs."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tillstream.core.contracts import from_micros


class CustomerTruth(msgspec.Struct, frozen=True, kw_only=True):
    """Who a customer is. `left_at` and `cause` are null for those who stayed; visits fade out in 12 days."""

    customer_id: str
    persona: str
    taste: dict[str, float]
    style: list[float]
    price_bite: float
    visits_a_day: float
    left_at: datetime | None
    cause: str | None


class ProductTruth(msgspec.Struct, frozen=True, kw_only=True):
    """What hides behind a product; demand goes with (price / list price) ** -elasticity."""

    product_id: str
    elasticity: float
    quality: float
    style: list[float]
    related: list[str]


class FraudTruth(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that is fraud, and by which pattern; payments not listed are honest."""

    payment_id: str
    pattern: str
    at: datetime


class BotTruth(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor that is a program; visitors not listed are people."""

    visitor_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Truth:
    """All that is hidden: customers, products, fraud, bots."""

    customers: list[CustomerTruth] = field(default_factory=list)
    products: list[ProductTruth] = field(default_factory=list)
    frauds: list[FraudTruth] = field(default_factory=list)
    bots: list[BotTruth] = field(default_factory=list)


class Ledger:
    """Collects the truth of a run: one row a fraud, customers and products once at its end."""

    def __init__(self) -> None:
        self.truth = Truth()

    def fraud(self, payment_id: str, pattern: str, at_us: int) -> None:
        """Notes a fraudulent payment."""
        self.truth.frauds.append(FraudTruth(payment_id=payment_id, pattern=pattern, at=from_micros(at_us)))
