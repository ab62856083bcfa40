"""From facts to a band and an action: the pure part, which a replay runs again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from tillstream.decisions.answers import Band, Retention
from tillstream.decisions.drivers import Driver, sentences
from tillstream.decisions.policy import ChurnPolicy
from tillstream.decisions.requests import ChurnRequest

QUIET: Final = "customer__seconds_since_order"
_ACTION: Final[Mapping[Band, Retention]] = {"low": "none", "medium": "remind", "high": "offer"}


class ChurnFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was known: the model's word now, or its last batch score, or only the days of quiet."""

    request: ChurnRequest
    medium: float
    high: float
    risk: float | None = None
    drivers: list[Driver] = []
    batch_risk: float | None = None
    batch_words: str = ""
    quiet_days: float | None = None
    notes: list[str] = []


@dataclass(frozen=True, slots=True)
class Kept:
    """The band, what to do, and why; no risk where nothing is known."""

    risk: float | None
    band: Band
    action: Retention
    reasons: tuple[str, ...]


def decide_churn(facts: ChurnFacts, policy: ChurnPolicy) -> Kept:
    """The first that is known of: the risk now, the last batch score, the days without an order."""
    if facts.risk is not None:
        band = _band(facts.risk, facts)
        words = sentences(facts.drivers, raising=band != "low") or ["no single thing stands out"]
        return _kept(facts.risk, band, facts, words)
    if facts.batch_risk is not None:
        return _kept(facts.batch_risk, _band(facts.batch_risk, facts), facts, [facts.batch_words])
    if facts.quiet_days is not None:
        days, limit = facts.quiet_days, policy.quiet_days
        band = "high" if days >= limit else "medium" if days >= limit / 2 else "low"
        risk = round(min(days / (2 * limit), 1.0), 6)
        return _kept(risk, band, facts, [f"{days:.0f} days since the last order"])
    return _kept(None, "low", facts, ["nothing is known of this customer, so nothing is done"])


def _band(risk: float, facts: ChurnFacts) -> Band:
    return "high" if risk >= facts.high else "medium" if risk >= facts.medium else "low"


def _kept(risk: float | None, band: Band, facts: ChurnFacts, words: list[str]) -> Kept:
    return Kept(risk, band, _ACTION[band], (*facts.notes, *words))
