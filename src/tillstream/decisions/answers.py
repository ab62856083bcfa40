"""What is answered. Canonical bytes are these structs in msgspec's JSON, fields in this order."""

from typing import Literal, TypeAlias

import msgspec

from tillstream.core.contracts.fields import Cents, Currency, Id, Ratio

Action = Literal["accept", "review", "decline"]
Band = Literal["low", "medium", "high"]
Retention = Literal["none", "remind", "offer"]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One product of a list; `propensity` is the chance the policy gave it of standing where it stands."""

    product_id: Id
    title: str
    category: str
    brand: str | None
    price_cents: Cents
    currency: Currency
    image: str | None
    score: float
    reason: str
    propensity: Ratio


class RecommendAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A list, best first."""

    decision_id: Id
    decided_at: str
    mode: str
    model: str | None
    arm: str
    items: list[Item]
    reasons: list[str]


class PriceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The price to show, beside the list price."""

    decision_id: Id
    decided_at: str
    mode: str
    model: str | None
    product_id: Id
    price_cents: Cents
    list_price_cents: Cents
    currency: Currency
    reasons: list[str]


class FraudAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with the payment; `risk` is the model's probability, or the plain rule's stand-in for it."""

    decision_id: Id
    decided_at: str
    mode: str
    model: str | None
    payment_id: Id
    action: Action
    risk: Ratio
    reasons: list[str]


class ChurnAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How likely the customer is to leave and what to do; `risk` is null where nothing is known."""

    decision_id: Id
    decided_at: str
    mode: str
    model: str | None
    customer_id: Id
    risk: Ratio | None
    band: Band
    action: Retention
    reasons: list[str]


Answer: TypeAlias = RecommendAnswer | PriceAnswer | FraudAnswer | ChurnAnswer

_ENCODER = msgspec.json.Encoder()


def canonical(answer: Answer) -> bytes:
    """The bytes that leave, and that a replay must give again."""
    return _ENCODER.encode(answer)
