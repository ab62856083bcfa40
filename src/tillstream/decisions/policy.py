"""Every number a rule or guardrail uses, in one frozen value whose digest goes into each record."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec


@dataclass(frozen=True, slots=True)
class ListPolicy:
    """How a list is put together; the first `block` places are what a page shows first."""

    candidates: int = 100
    """How many products are weighed."""
    recent: int = 10
    """Viewed products that are looked back at."""
    block: int = 8
    """Quotas hold within each block of this many places."""
    focus_views: int = 3
    """Views among the last five that make a category the visitor's focus."""
    focus_least: float = 0.625
    """Share of a block that the focus gets at least."""
    focus_most: float = 0.75
    """Share of a block that the focus gets at most."""
    known_most: float = 0.375
    """Share of a block for any other category, once something is known of the visitor."""
    explore: float = 0.1
    """Chance that one place goes to a product drawn at random."""
    live_weights: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"product__views_1h": 0.02, "product__orders_1d": 0.04, "product__carts_1d": 0.02}
        )
    )
    """Feature -> what its natural logarithm (of one more) adds to a score between 0 and 1."""
    live_most: float = 0.15
    """What live features add in all at most."""


@dataclass(frozen=True, slots=True)
class PricePolicy:
    """Guardrails of a price, as shares of the list price unless said otherwise."""

    floor: float = 0.7
    ceiling: float = 1.15
    largest_step: float = 0.1
    """From the list price, up or down, in one decision."""
    least_margin: float = 0.05
    """Above the product's cost."""
    explore: float = 0.1
    """Chance that a price is one small step off, to learn how demand answers."""
    explore_step: float = 0.03
    scarce: int = 3
    """Pieces on hand at which the price is not lowered."""


@dataclass(frozen=True, slots=True)
class FraudPolicy:
    """Where the model's risk turns into an action, and the plain rules that hold beside it."""

    review: float = 0.5
    decline: float = 0.9
    review_amount_cents: int = 150_000
    """Payments from here on are reviewed whatever the model says."""
    blind_amount_cents: int = 20_000
    """The same while nothing is known of the card or there is no model."""
    card_payments_1h: int = 6
    card_declines_1h: int = 3
    device_cards: int = 4
    failed_logins_1h: int = 3


@dataclass(frozen=True, slots=True)
class ChurnPolicy:
    """Bands of the risk and the plain rule."""

    medium: float = 0.35
    high: float = 0.65
    quiet_days: int = 45
    """Days without an order at which the plain rule says high."""


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it."""

    lists: ListPolicy = field(default_factory=ListPolicy)
    prices: PricePolicy = field(default_factory=PricePolicy)
    fraud: FraudPolicy = field(default_factory=FraudPolicy)
    churn: ChurnPolicy = field(default_factory=ChurnPolicy)

    @property
    def digest(self) -> str:
        """Changes with any number in it."""
        plain = msgspec.to_builtins(self, enc_hook=dict)
        return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()[:16]
