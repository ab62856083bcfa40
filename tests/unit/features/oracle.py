"""What a feature is at an instant, by its definition read aloud: a loop over every event. Slow and plain on purpose."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.unit.features.small_log import Received, once_each

from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.definitions.language import (
    Count,
    Distinct,
    Feature,
    Last,
    Mean,
    Ratio,
    Recent,
    SecondsSince,
    Sum,
    Top,
    TopValue,
)  # fmt: skip
from tillstream.features.definitions.registry import FEATURES


def value_at(feature: Feature, entity_id: str | None, at_us: int, log: Sequence[Received]) -> Any:
    """The value for one entity, from what had been received by then."""
    if isinstance(feature.aggregation, Ratio):
        of = value_at(FEATURES[feature.aggregation.of], entity_id, at_us, log)
        over = value_at(FEATURES[feature.aggregation.over], entity_id, at_us, log)
        return of / over if over else feature.default
    step = feature.step_us
    first = (at_us - feature.window_seconds * 10**6) // step
    found = []
    for one in once_each(log):
        if one.topic != feature.source.topic or one.received_us > at_us or one.at_us // step < first:
            continue
        if getattr(one.event, "user_agent", None):
            continue  # the log's only user agent is a crawler's
        if not all(getattr(one.event, name) in values for name, values in feature.where):
            continue
        elements = getattr(one.event, feature.source.each) if feature.source.each else [one.event]
        found += [(one, element) for element in elements if getattr(element, feature.source.key) == entity_id]
    value = _aggregate(feature, found, at_us) if entity_id is not None else None
    return feature.default if value is None else value


def _aggregate(feature: Feature, found: list[tuple[Received, Any]], at_us: int) -> Any:
    named = sorted(
        (
            (one.at_us, one.place, value)
            for one, element in found
            if (value := _field(feature, one, element)) is not None
        ),
        key=lambda entry: entry[:2],
    )
    values = [value for _, _, value in named]
    match feature.aggregation:
        case Count():
            return len(found)
        case Sum():
            return sum(values)
        case Mean():
            return sum(values) / len(values) if values else None
        case Distinct(cap=cap):
            return min(len(set(values)), cap)
        case Top(k=k):
            return dict(sorted(_capped(feature, named).items(), key=lambda pair: (-pair[1], pair[0]))[:k])
        case TopValue():
            counts = _capped(feature, named)
            return min(counts, key=lambda name: (-counts[name], name)) if counts else None
        case Recent(k=k, give=give):
            newest: dict[str, int] = {}
            for at, _, value in reversed(named):
                newest.setdefault(value, at)
            return tuple(newest if give == "values" else newest.values())[:k]
        case Last():
            return values[-1] if values else None
        case SecondsSince():
            return max((at_us - max(one.at_us for one, _ in found)) / 1e6, 0.0) if found else None
    raise AssertionError(feature)


def _capped(feature: Feature, named: list[tuple[int, int, Any]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for step in {at // feature.step_us for at, _, _ in named}:
        inside = Counter(value for at, _, value in named if at // feature.step_us == step)
        kept = sorted(inside, key=stable_hash)[: feature.aggregation.cap]
        total.update({value: inside[value] for value in kept})
    return total


def _field(feature: Feature, one: Received, element: Any) -> Any:
    name = getattr(feature.aggregation, "of", None)
    if name is None:
        return True
    return str(one.at_us // 86_400_000_000) if name == "occurred_on" else getattr(element, name)
