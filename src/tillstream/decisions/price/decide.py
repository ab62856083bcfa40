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
    step = max(round(facts.list_price_cents * policy.explore_step), 1)
    aims = {0: 1.0 - policy.explore, step: policy.explore / 2, -step: policy.explore / 2}
    guarded = {
        off: guard_price(facts.best_cents + off, facts.list_price_cents, facts.cost_cents, facts.on_hand, policy)
        for off in aims
    }
    explores = draw_arm(facts.seed, policy.explore).name == EXPLORE
    off = (step, -step)[draw_one(facts.seed, "direction", 2)] if explores else 0
    if off:
        reasons.append("a small step off, to learn how demand answers")
    shown = guarded[off]
    # Rails can bring two aims to one price: its chance is that of both.
    chance = sum(chance for aim, chance in aims.items() if guarded[aim].price_cents == shown.price_cents)
    arm = Arm(EXPLORE if off else CHAMPION, round(chance, 9))
    place = _place(shown.price_cents, facts) + ("" if off else " brings the most")
    return Priced(shown.price_cents, arm, (*reasons, *(shown.reasons or (place,))))


def _place(price_cents: int, facts: PriceFacts) -> str:
    moved = price_cents / facts.list_price_cents - 1
    if abs(moved) < 0.0005:
        return "the list price"
    return f"{abs(moved) * 100:.1f} % {'below' if moved < 0 else 'above'} the list price"
