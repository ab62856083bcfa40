"""Products for a visitor: neighbours of the session, of the products, of past baskets, then what sells."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from tillstream.models.scoring.arrays import array_of
from tillstream.models.scoring.item_neighbours import ItemNeighbours
from tillstream.models.scoring.rows import Floats, Ints, Longs, Rows
from tillstream.models.scoring.session_neighbours import SessionNeighbours, SessionSettings

SOURCES = ("session", "together", "again", "taste", "popular")
"""What brought a candidate: past sessions, viewed together, bought before or with it, its category, all of the shop."""


@dataclass(frozen=True, slots=True)
class RecommendSettings:
    """How the parts are blended; the defaults are shipped and used on every log."""

    session: SessionSettings = field(default_factory=SessionSettings)
    together: float = 0.15
    """Say of the products' own neighbours against the past sessions'."""
    seeds: int = 3
    """Newest products whose neighbours are asked."""
    history: float = 0.3
    """Say of what the customer bought, beside a session; alone it is everything."""
    bought_with: float = 1.0
    """Say of what is bought with a customer's purchases against the purchases themselves."""
    taste: float = 0.02
    """Say of what sells in the categories of the session."""
    popular: float = 0.01
    """Say of what sells in the whole shop."""
    longest: int = 20
    """Newest products of a session that are looked at."""


class Candidate(NamedTuple):
    """A product, what brought it, and its score."""

    product_id: str
    source: str
    score: float


@dataclass(frozen=True, slots=True)
class Purchases:
    """What each customer bought, with decayed weights, and what is bought along with each product."""

    customers: Mapping[str, int]
    rows: Rows
    items: Ints
    weights: Floats
    with_them: ItemNeighbours


class RecommendScorer:
    """Scores every product for one visitor; the same code judges, serves and fills batches."""

    def __init__(
        self,
        product_ids: Sequence[str],
        sessions: SessionNeighbours,
        together: ItemNeighbours,
        purchases: Purchases,
        popularity: Floats,
        categories: Ints,
        settings: RecommendSettings,
    ) -> None:
        self.product_ids, self.settings = product_ids, settings
        self._place = {product_id: place for place, product_id in enumerate(product_ids)}
        self._sessions, self._together, self._purchases = sessions, together, purchases
        self._popularity, self._categories = popularity, categories

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> "RecommendScorer":
        """The scorer of an export's files; their digests were checked before."""
        arrays = {name.removesuffix(".npy"): array_of(body) for name, body in files.items() if name.endswith(".npy")}
        settings = _settings_of(json.loads(files["settings.json"]))
        product_ids = json.loads(files["products.json"])
        customers = {customer: row for row, customer in enumerate(json.loads(files["customers.json"]))}
        bought_with = ItemNeighbours(Rows(arrays["with_starts"]), arrays["with_items"], arrays["with_weights"])
        return cls(
            product_ids,
            SessionNeighbours(
                Rows(arrays["session_starts"]), arrays["session_items"], len(product_ids), settings.session
            ),
            ItemNeighbours(Rows(arrays["together_starts"]), arrays["together_items"], arrays["together_weights"]),
            Purchases(
                customers,
                Rows(arrays["bought_starts"]),
                arrays["bought_items"],
                arrays["bought_weights"],
                bought_with,
            ),
            arrays["popularity"],
            arrays["categories"],
            settings,
        )

    def candidates(self, recent_product_ids: Sequence[str], k: int, customer_id: str | None = None) -> list[Candidate]:
        """The k best products, best first; `recent_product_ids` newest first, unknown ones are passed over.

        A visitor without a known product or purchase gets what sells.
        """
        parts = self._parts(recent_product_ids, customer_id)
        total = np.sum(parts, axis=0)
        count = min(k, len(total))
        best = np.argpartition(-total, count - 1)[:count] if count < len(total) else np.arange(len(total))
        best = best[np.lexsort((best, -total[best]))]
        source = np.argmax([part[best] for part in parts], axis=0)
        return [
            Candidate(self.product_ids[place], SOURCES[origin], float(total[place]))
            for place, origin in zip(best.tolist(), source.tolist(), strict=True)
        ]

    def rank(
        self, product_ids: Sequence[str], recent_product_ids: Sequence[str], customer_id: str | None = None
    ) -> list[Candidate]:
        """These products, best first; products the model does not know come last with score 0."""
        parts = self._parts(recent_product_ids, customer_id)
        total = np.sum(parts, axis=0)
        ranked = []
        for product_id in product_ids:
            place = self._place.get(product_id)
            if place is None:
                ranked.append(Candidate(product_id, "popular", 0.0))
            else:
                origin = int(np.argmax([part[place] for part in parts]))
                ranked.append(Candidate(product_id, SOURCES[origin], float(total[place])))
        return sorted(ranked, key=lambda candidate: -candidate.score)

    def scores(self, recent_product_ids: Sequence[str], customer_id: str | None = None) -> Floats:
        """A score for each product, in the order of `product_ids`."""
        total: Floats = np.sum(self._parts(recent_product_ids, customer_id), axis=0)
        return total

    def because(self, product_id: str, recent_product_ids: Sequence[str]) -> str | None:
        """The recent product that speaks for `product_id` most; None where none of them does."""
        place = self._place.get(product_id)
        if place is None:
            return None
        seeds, steps = self._seen(recent_product_ids)
        best: tuple[float, str | None] = (0.0, None)
        for seed, step in zip(seeds.tolist(), steps.tolist(), strict=True):
            fade = float(np.exp(-step / self.settings.session.step_back / 4))
            say = max(self._together.weight(seed, place), self._purchases.with_them.weight(seed, place)) * fade
            best = max(best, (say, self.product_ids[seed]), key=lambda pair: pair[0])
        return best[1]

    def _seen(self, recent_product_ids: Sequence[str]) -> tuple[Longs, Longs]:
        """Places of the known recent products, each once at its newest, and how many steps ago it was."""
        known = [self._place[i] for i in recent_product_ids[: self.settings.longest] if i in self._place]
        newest: dict[int, int] = {}
        for step, place in enumerate(known):
            newest.setdefault(place, step)
        return np.fromiter(newest, np.int64, len(newest)), np.fromiter(newest.values(), np.int64, len(newest))

    def _parts(self, recent_product_ids: Sequence[str], customer_id: str | None) -> list[Floats]:
        """One array of scores a source, in the order of SOURCES."""
        settings, nothing = self.settings, np.zeros(len(self.product_ids), np.float32)
        seeds, steps = self._seen(recent_product_ids)
        session = together = taste = nothing
        if len(seeds):
            near = self._sessions.scores(seeds, steps)
            session = nothing if near is None else near * np.float32(1 - settings.together)
            say = np.exp(-steps[: settings.seeds] / settings.session.step_back).astype(np.float32)
            beside = self._together.scores(seeds[: settings.seeds], say)
            together = nothing if beside is None else beside * np.float32(settings.together)
            liked = self._categories[seeds]
            if (liked >= 0).any():
                taste = self._popularity * np.isin(self._categories, liked[liked >= 0]) * np.float32(settings.taste)
        again = self._again(customer_id)
        if again is None:
            again = nothing
        elif len(seeds):
            again = again * np.float32(settings.history)
        return [session, together, again, taste, self._popularity * np.float32(settings.popular)]

    def _again(self, customer_id: str | None) -> Floats | None:
        """What the customer bought, and what is bought with that; the largest of each is 1."""
        row = self._purchases.customers.get(customer_id) if customer_id is not None else None
        if row is None:
            return None
        span = self._purchases.rows.span(row)
        items, weights = self._purchases.items[span], self._purchases.weights[span]
        if not len(items):
            return None
        own = np.zeros(len(self.product_ids), np.float32)
        own[items] = weights / weights.max()
        beside = self._purchases.with_them.scores(items.astype(np.int64), weights)
        return own if beside is None else own + beside * np.float32(self.settings.bought_with)


def _settings_of(record: dict[str, Any]) -> RecommendSettings:
    return RecommendSettings(**{**record, "session": SessionSettings(**record["session"])})
