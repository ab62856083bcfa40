"""From facts to an action: the pure part, which a replay runs again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from tillstream.decisions.answers import Action
from tillstream.decisions.drivers import Driver, sentences
from tillstream.decisions.policy import FraudPolicy
from tillstream.decisions.requests import FraudRequest

ORDER: Final[tuple[Action, ...]] = ("accept", "review", "decline")
_STAND_IN: Final[Mapping[Action, float]] = {"accept": 0.05, "review": 0.6, "decline": 0.95}


class FraudFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was known; `risk` and `drivers` are the model's word, absent without one."""

    request: FraudRequest
    known: bool
    """Whether the store answered."""
    review: float
    decline: float
    risk: float | None = None
    drivers: list[Driver] = []
    notes: list[str] = []


@dataclass(frozen=True, slots=True)
class Judged:
    """What to do, how sure, and why."""

    action: Action
    risk: float
    reasons: tuple[str, ...]


def decide_fraud(facts: FraudFacts, values: Mapping[str, float], policy: FraudPolicy) -> Judged:
    """The stricter of the model and the plain rules; rules alone where there is no model.

    A model's risk reaches the action through the thresholds in the facts; a rule names what it saw.
    """
    fired = list(rules_that_fire(facts, values, policy))
    by_rules = _strictest(*(action for action, _ in fired))
    by_model: Action = "accept"
    if facts.risk is not None:
        by_model = "decline" if facts.risk >= facts.decline else "review" if facts.risk >= facts.review else "accept"
    action = _strictest(by_model, by_rules)
    risk = facts.risk if facts.risk is not None else _STAND_IN[by_rules]
    reasons = [*facts.notes, *(why for _, why in fired)]
    if facts.risk is not None and by_model != "accept":
        limit = facts.decline if by_model == "decline" else facts.review
        reasons += [f"the model sees a risk of {facts.risk * 100:.1f} %; {by_model} from {limit * 100:.1f} % on"]
        reasons += sentences(facts.drivers, raising=True)
    if action == "accept":
        reasons += sentences(facts.drivers, raising=False)[:1] or ["nothing unusual was seen"]
    return Judged(action, risk, tuple(dict.fromkeys(reasons)))


def _strictest(*actions: Action) -> Action:
    return ORDER[max(map(ORDER.index, actions), default=0)]


def rules_that_fire(
    facts: FraudFacts, values: Mapping[str, float], policy: FraudPolicy
) -> Iterator[tuple[Action, str]]:
    """Each rule that says more than accept, with what it saw."""
    request = facts.request
    blind = facts.risk is None or not facts.known
    limit = policy.blind_amount_cents if blind else policy.review_amount_cents
    if request.amount_cents >= limit:
        amount = f"{request.amount_cents / 100:,.2f} {request.currency}"
        yield "review", f"the amount, {amount}, is {'large for a payment we know little of' if blind else 'very large'}"
    countries = (request.card_country, request.ip_country, request.shipping_country, request.billing_country)
    if len({one for one in countries if one}) >= 3:
        yield "review", "card, connection and addresses are in three countries"
    elif blind and request.card_country and request.ip_country and request.card_country != request.ip_country:
        yield "review", "card and connection are in different countries"
    for name, most, action, words in _velocities(policy):
        if (seen := values.get(name, 0.0)) >= most:  # NaN is at no limit
            yield action, f"{words}: {seen:.0f}"


def _velocities(policy: FraudPolicy) -> tuple[tuple[str, int, Action, str], ...]:
    return (
        ("card__payments_1h", policy.card_payments_1h, "review", "payments with this card in the last hour"),
        ("card__payments_1h", 2 * policy.card_payments_1h, "decline", "payments with this card in the last hour"),
        ("card__declines_1h", policy.card_declines_1h, "review", "declines of this card in the last hour"),
        ("device__cards_7d", policy.device_cards, "review", "different cards on this device within a week"),
        ("device__failed_logins_1h", policy.failed_logins_1h, "review", "failed log-ins on this device within an hour"),
        ("customer__failed_logins_1h", policy.failed_logins_1h, "review", "failed log-ins within an hour"),
    )
