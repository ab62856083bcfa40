"""What moved a score most, in words: the reasons of fraud and churn."""

from collections.abc import Mapping, Sequence

import msgspec

from tillstream.decisions.ports import Champion, RiskModel
from tillstream.decisions.record.columns import Columns
from tillstream.features.definitions import FEATURES

MOST = 3


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
        f"{'raises' if one.moved > 0 else 'lowers'} the risk: {describe(one.feature)} = {figure(one.value)}"
        for one in drivers
        if (one.moved > 0) == raising
    ]


def describe(feature: str) -> str:
    """A feature's description without its full stop, or its name where it has none."""
    found = FEATURES.get(feature)
    return found.description.rstrip(".") if found is not None else feature.replace("__", " ").replace("_", " ")


def figure(value: float) -> str:
    """A number as people write it."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def defaults_of(champion: Champion[RiskModel] | None) -> Mapping[str, float]:
    """What each feature is where the store has nothing."""
    return dict(zip(champion.features, champion.defaults, strict=True)) if champion is not None else {}
