"""What decisions need from the layers below, as small protocols; tests hand in plain objects."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tillstream.adapters.log.records import NewRecord
from tillstream.features.definitions import UseCase

Float32 = NDArray[np.float32]
Values = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""entity -> id -> feature -> value."""
Clock = Callable[[], int]
"""Microseconds since 1970."""


class Rows(Protocol):
    """What one round trip to the store brought."""

    @property
    def values(self) -> Values:
        """Values by entity, id and feature; defaults where the store had none."""

    @property
    def position(self) -> str:
        """The writer's offsets at the moment of the read: which events counted."""

    def matrix(self, entity: str, ids: Sequence[str], names: Sequence[str]) -> Float32:
        """One row an id, one column a name; a missing value is NaN."""

    @property
    def counted_until_us(self) -> int | None:
        """All received before is in the values, as a worker last told; None if none ever did."""

    @property
    def defaulted(self) -> tuple[str, ...]:
        """Features that took their default for at least one id."""

    @property
    def missing(self) -> Mapping[str, int]:
        """How many ids of each entity kind the store does not know."""


class Reader(Protocol):
    """One round trip to the online store.

    Raises StoreUnavailable after its deadline, at once while it is down, and for what would be a wrong number.
    """

    async def read(self, wanted: Mapping[str, Sequence[str]], use_case: UseCase, at_us: int) -> Rows:
        """Rows of these ids with the features of the use case."""


class Outbox(Protocol):
    """Where records become durable before the answer leaves (adapters/log/spool)."""

    def put(self, topic: str, record: NewRecord, *, id: str, alias: str | None = None) -> "Future[None]":
        """Done when the record is on the disk."""

    def get(self, *, id: str | None = None, alias: str | None = None) -> bytes | None:
        """The newest value under an id or an alias."""


class RecommendModel(Protocol):
    """Candidates for a visitor."""

    def candidates(
        self, recent_product_ids: Sequence[str], k: int, customer_id: str | None = None
    ) -> Sequence[tuple[str, str, float]]:
        """Product, source and score, best first; popularity where nothing of the visitor is known."""

    def because(self, product_id: str, recent_product_ids: Sequence[str]) -> str | None:
        """The recent product that brought it."""


class PriceModel(Protocol):
    """Demand as a function of price."""

    def elasticity(self, product_id: str) -> float:
        """Per cent of demand for one per cent of price; negative."""

    def best_price(self, product_id: str, list_price_cents: int, cost_cents: int) -> int:
        """The price with the highest expected profit."""


class RiskModel(Protocol):
    """A probability for each row."""

    def score(self, matrix: Float32) -> NDArray[np.floating[Any]]:
        """One probability a row; columns in the export's order."""

    def contributions(self, row: Float32) -> NDArray[np.floating[Any]]:
        """How far each feature moved the score, in the columns' order."""


Model = TypeVar("Model", covariant=True)


@dataclass(frozen=True, slots=True)
class Champion(Generic[Model]):
    """The export that serves now."""

    use_case: str
    digest: str
    version: str
    features: tuple[str, ...]
    defaults: tuple[float, ...]
    metrics: Mapping[str, Any]
    model: Model

    @property
    def name(self) -> str:
        """`fraud@3`, as answers and records name it."""
        return f"{self.use_case}@{self.version}"


@dataclass(frozen=True, slots=True)
class Untrained:
    """Why there is no champion: `lack` names the mode, `why` is the sentence."""

    lack: Any
    why: str
