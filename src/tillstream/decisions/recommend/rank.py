"""From candidates and their values to the list: the pure part, which a replay runs again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from tillstream.decisions.experiments import CHAMPION, EXPLORE, Arm, draw_arm, draw_one
from tillstream.decisions.policy import ListPolicy
from tillstream.decisions.record.columns import Columns
from tillstream.decisions.requests import RecommendRequest
from tillstream.decisions.rules.quotas import Quotas, fill_blocks


class Viewed(msgspec.Struct, frozen=True):
    """A product the visitor looked at."""

    product_id: str
    title: str
    category: str


class RecommendFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was known; candidate columns number `sources` and `categories`. `because` is set for the chosen."""

    request: RecommendRequest
    seed: int
    candidates: list[str]
    sources: list[str]
    categories: list[str]
    recent: list[Viewed] = []
    taste: list[str] = []
    focus: str | None = None
    because: dict[str, str] = {}
    notes: list[str] = []


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate in the list; `explored` where chance put it there."""

    product_id: str
    source: str
    category: str
    score: float
    propensity: float
    explored: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """The list, best first, and the arm that made it."""

    items: tuple[Chosen, ...]
    arm: Arm


def rank(facts: RecommendFacts, columns: Columns, policy: ListPolicy) -> Ranked:
    """The list for these facts; the same facts and columns give the same list on every machine."""
    count = min(facts.request.k, len(facts.candidates))
    scores = live_scores(columns, policy)
    source, category = (
        columns.select([name])[:, 0].astype(int).tolist() for name in ("candidate__source", "candidate__category")
    )
    gone = sold_out(columns)
    order = sorted(range(len(scores)), key=lambda row: (gone[row], -scores[row], facts.candidates[row]))
    order = order[: max(len(order) - sum(gone), count)]
    quotas = _quotas(facts, policy)
    places = fill_blocks(order, category, count, quotas)
    drawn = _explore(facts.seed, places, order, category, quotas, policy.explore)
    return Ranked(
        tuple(
            Chosen(
                product_id=facts.candidates[row],
                source=facts.sources[source[row]],
                category=facts.categories[category[row]],
                score=round(scores[row], 6),
                propensity=round(drawn.propensities[at], 9),
                explored=at == drawn.slot,
            )
            for at, row in enumerate(drawn.places)
        ),
        drawn.arm,
    )


def live_scores(columns: Columns, policy: ListPolicy) -> list[float]:
    """The candidate's own score, moved up by what happens to the product right now."""
    lift = np.zeros(len(columns))
    for name, weight in policy.live_weights.items():
        live = columns.column(name)
        if live is not None:
            lift += weight * np.log1p(np.maximum(np.nan_to_num(live.astype(float)), 0.0))
    own = columns.select(["candidate__score"])[:, 0].astype(float)
    return [round(score, 9) for score in (own + np.minimum(lift, policy.live_most)).tolist()]


def sold_out(columns: Columns) -> list[bool]:
    """Candidates with nothing on hand: by the store, else by the snapshot; unknown counts as on hand."""
    known = columns.select(["candidate__on_hand"])[:, 0]
    live = columns.column("product__stock_last")
    if live is None:
        return [bool(one == 0) for one in known]
    return [bool(now <= 0) if now == now else bool(then == 0) for now, then in zip(live, known, strict=True)]


def _quotas(facts: RecommendFacts, policy: ListPolicy) -> Quotas:
    block = policy.block
    focus = facts.categories.index(facts.focus) if facts.focus in facts.categories else None
    if focus is not None or facts.recent or facts.taste:
        others = max(1, math.floor(policy.known_most * block))
    else:
        others = max(1, math.ceil(block / max(len(facts.categories), 1)))
    return Quotas(block, others, focus, math.ceil(policy.focus_least * block), math.floor(policy.focus_most * block))


@dataclass(frozen=True, slots=True)
class _Drawn:
    places: list[int]
    propensities: list[float]
    arm: Arm
    slot: int = -1


def _explore(
    seed: int, places: list[int], order: Sequence[int], category: Sequence[int], quotas: Quotas, explore: float
) -> _Drawn:
    """One place of the first block, below the top two and outside the focus, may go to a random product.

    It comes from a category the block does not show, so no quota breaks.
    """
    block = places[: quotas.block]
    shown, taken = {category[row] for row in block}, set(places)
    slots = [at for at, row in enumerate(block) if at >= 2 and category[row] != quotas.focus]
    others = [row for row in sorted(order) if row not in taken and category[row] not in shown]
    if not slots or not others:
        return _Drawn(places, [1.0] * len(places), Arm(CHAMPION, 1.0))
    arm = draw_arm(seed, explore)
    propensities = [1.0 - explore / len(slots) if at in slots else 1.0 for at in range(len(places))]
    if arm.name != EXPLORE:
        return _Drawn(places, propensities, arm)
    slot = slots[draw_one(seed, "slot", len(slots))]
    places = [*places[:slot], others[draw_one(seed, "product", len(others))], *places[slot + 1 :]]
    propensities[slot] = explore / len(slots) / len(others)
    return _Drawn(places, propensities, arm, slot)
