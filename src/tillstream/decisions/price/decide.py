"""From facts to a price: the pure part, which a replay runs again."""

from dataclasses import dataclass

import msgspec

from tillstream.decisions.experiments import CHAMPION, EXPLORE, Arm, draw_arm, draw_one
from tillstream.decisions.guardrails import guard_price
from tillstream.decisions.policy import PricePolicy
from tillstream.decisions.requests import PriceRequest


class PriceFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was known; `best_cents` and `elasticity` are the model's word, absent without one."""

    request: PriceRequest
    seed: int
    list_price_cents: int
    currency: str
    cost_cents: int | None = None
    on_hand: int | None = None
    best_cents: int | None = None
    elasticity: float | None = None
    notes: list[str] = []


@dataclass(frozen=True, slots=True)
class Priced:
    """The price, the arm that made it, and why."""

    price_cents: int
    arm: Arm
    reasons: tuple[str, ...]


def decide_price(facts: PriceFacts, policy: PricePolicy) -> Priced:
    """The model's price or the list price, perhaps one small explored step off, then the guardrails."""
    if facts.best_cents is None:
        return Priced(facts.list_price_cents, Arm(CHAMPION, 1.0), (*facts.notes, "the list price"))
    reasons = [*facts.notes]
    if facts.elasticity is not None:
        reasons.append(f"demand changes by {abs(facts.elasticity):.1f} % for each 1 % of price")
    aim, arm = facts.best_cents, draw_arm(facts.seed, policy.explore)
    if arm.name == EXPLORE:
        sign = 1 if draw_one(facts.seed, "direction", 2) else -1
        aim += sign * max(round(facts.list_price_cents * policy.explore_step), 1)
        arm = Arm(EXPLORE, policy.explore / 2)
        reasons.append("a small step off, to learn how demand answers")
    guarded = guard_price(aim, facts.list_price_cents, facts.cost_cents, facts.on_hand, policy)
    return Priced(guarded.price_cents, arm, (*reasons, *(guarded.reasons or (_place(guarded.price_cents, facts),))))


def _place(price_cents: int, facts: PriceFacts) -> str:
    moved = price_cents / facts.list_price_cents - 1
    if abs(moved) < 0.0005:
        return "the list price brings the most"
    return f"{abs(moved):.1%} {'below' if moved < 0 else 'above'} the list price brings the most"
