"""What moved a score most, in words: the reasons of fraud and churn."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from tillstream.decisions.modes import age_in_words
from tillstream.decisions.ports import Champion, RiskModel
from tillstream.decisions.record.columns import Columns
from tillstream.features.definitions import FEATURES
from tillstream.models.scoring import NEVER

MOST = 3
PAYMENT_WORDS: Final = {
    "payment__amount_cents": "the amount",
    "payment__hour": "the hour (UTC)",
    "payment__countries": "countries of card, connection and addresses",
    "payment__card_abroad": "card and connection in different countries",
    "payment__ships_abroad": "shipping and billing in different countries",
    "payment__over_card_mean": "the amount over this card's mean",
    "payment__over_customer_mean": "the amount over this customer's mean",
}
_WINDOWS: Final = {"5m": "5 minutes", "30m": "30 minutes", "1h": "an hour", "1d": "a day"} | {
    f"{days}d": f"{days} days" for days in (7, 30, 90, 365)
}


class Driver(msgspec.Struct, frozen=True):
    """A feature, its value, and how far it moved the score (log-odds; above 0 raises the risk)."""

    feature: str
    value: float
    moved: float


class Scored(msgspec.Struct, frozen=True):
    """The model's probability and its strongest drivers."""

    risk: float
    drivers: list[Driver]


def score_row(champion: Champion[RiskModel], columns: Columns) -> Scored:
    """The champion's word on one row of values; columns it does not ask for are passed over."""
    row = columns.select(champion.features)
    risk = float(champion.model.score(row)[0])
    moved = [float(one) for one in champion.model.contributions(row[0])[: len(champion.features)]]
    strongest = sorted(range(len(moved)), key=lambda at: -abs(moved[at]))[:MOST]
    drivers = [Driver(champion.features[at], float(row[0, at]), round(moved[at], 6)) for at in strongest if moved[at]]
    return Scored(round(min(max(risk, 0.0), 1.0), 6), drivers)


def sentences(drivers: Sequence[Driver], *, raising: bool) -> list[str]:
    """One sentence for each driver in the asked direction, strongest first."""
    return [
        f"{'raises' if one.moved > 0 else 'lowers'} the risk: {describe(one.feature)}: {figure(one.feature, one.value)}"
        for one in drivers
        if (one.moved > 0) == raising
    ]


def describe(feature: str) -> str:
    """A feature in words with its window, as its definition says it."""
    if feature in PAYMENT_WORDS:
        return PAYMENT_WORDS[feature]
    found = FEATURES.get(feature)
    if found is None:
        return feature.replace("__", " ").replace("_", " ")
    words = found.description.rstrip(".")
    window = feature.partition("@")[0].rpartition("_")[2]
    within = f" within {_WINDOWS[window]}" if window in _WINDOWS else ""
    return f"{found.entity}: {words[:1].lower()}{words[1:]}{within}"


def figure(feature: str, value: float) -> str:
    """A value as people write it, in the feature's unit."""
    if value == NEVER or value != value:
        return "never"
    unit = FEATURES[feature].unit if feature in FEATURES else "cents" if feature.endswith("_cents") else "1"
    if unit == "seconds":
        return age_in_words(value)
    if unit == "cents":
        return f"{value / 100:,.2f}"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def defaults_of(champion: Champion[RiskModel] | None) -> Mapping[str, float]:
    """What each feature is where the store has nothing."""
    return dict(zip(champion.features, champion.defaults, strict=True)) if champion is not None else {}


def threshold(champion: Champion[RiskModel] | None, name: str, otherwise: float) -> float:
    """The export's own threshold if it has one: what a probability means depends on how it was trained."""
    found = (champion.metrics.get("thresholds") or {}) if champion else {}
    return round(float(found.get(name, otherwise)), 6)
