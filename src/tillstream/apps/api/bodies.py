"""Bodies of the routes that decide nothing."""

from typing import Any

import msgspec

from tillstream.decisions.snapshot.catalogue import Product


class CategoryCount(msgspec.Struct, frozen=True, kw_only=True):
    """A category and how many products it has."""

    name: str
    count: int


class ProductList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of products, most popular first."""

    items: list[Product]
    total: int
    categories: list[CategoryCount]


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Products that match, most relevant first."""

    query: str
    items: list[Product]
    total: int


class VisitorFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor's features as the next decision would read them."""

    at: str
    position: str | None
    mode: str
    features: dict[str, Any]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A decision's record; `record.answer` is what was answered."""

    decision_id: str
    decided_at: str
    use_case: str
    mode: str
    model: str | None
    arm: str | None
    propensity: float | None
    record: dict[str, Any]


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A line that broke a rule, counted from 1, and the dead letter that keeps its bytes."""

    line: int
    reasons: list[str]
    dead_letter_id: str


class EventsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many events are durable, and which were not taken."""

    accepted: int
    rejected: list[Rejection]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the process lives, and what it decides with."""

    status: str
    snapshot: str | None = None
    snapshot_age_seconds: float | None = None
    models: dict[str, str] = {}
    store: str | None = None
