"""What a feature is at an instant, by its definition read aloud: a loop over every event. Slow and plain on purpose."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.unit.features.small_log import Received

from tillstream.features.definitions import FEATURES, Feature
from tillstream.features.definitions.aggregations import (
    Calendar,
    Count,
    Decayed,
    Difference,
    Distinct,
    First,
    Given,
    Last,
    Max,
    Mean,
    Min,
    Ratio,
    Recent,
    SecondsSince,
    Sum,
    Top,
    TopValue,
)
from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.definitions.language import Differ

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXACT_INSTANTS = 256


def value_at(
    feature: Feature,
    entity_id: str | None,
    at_us: int,
    log: Sequence[Received],
    *,
    known: Mapping[str, Feature] = FEATURES,
    given: Mapping[str, Any] | None = None,
) -> Any:
    """The value for one entity, from what had been received by then; `log` has each event once."""

    def part(name: str) -> Any:
        return value_at(known[name], entity_id, at_us, log, known=known)

    match feature.aggregation:
        case Ratio(of, over):
            top, bottom = part(of), part(over)
            value = top / bottom if bottom and top is not None else None
        case Difference(of, less):
            top, bottom = part(of), part(less) if isinstance(less, str) else less
            value = None if top is None or bottom is None else top - bottom
        case Calendar(term):
            value = _calendar(term, EPOCH + timedelta(microseconds=at_us))
        case Given(of):
            value = (given or {}).get(of)
        case _:
            value = _tiled(feature, entity_id, at_us, log)
    return feature.default if value is None else value


def _tiled(feature: Feature, entity_id: str | None, at_us: int, log: Sequence[Received]) -> Any:
    until = at_us if feature.counts_current else at_us - 1
    found = [entry for entry in _events(feature, entity_id, log) if entry[0].received_us <= until]
    if feature.step_us == 1:
        newest = sorted({one.at_us for one, _ in found}, reverse=True)[:EXACT_INSTANTS]
        found = [entry for entry in found if entry[0].at_us in newest]
    ended = at_us - feature.offset_seconds * 10**6
    if feature.window_seconds is not None:
        first = (ended - feature.window_seconds * 10**6) // feature.step_us
        found = [entry for entry in found if entry[0].at_us // feature.step_us >= first]
    if feature.offset_seconds:
        found = [entry for entry in found if entry[0].at_us // feature.step_us < ended // feature.step_us]
    return _aggregate(feature, found, at_us) if entity_id is not None else None


def _events(feature: Feature, entity_id: str | None, log: Sequence[Received]) -> list[tuple[Received, Any]]:
    """The entity's events that match, without those that lack the field where one event or value is asked for."""
    source, found = feature.source, []
    for one in log:
        if one.topic != source.topic or getattr(one.event, "user_agent", None):
            continue  # the log's only user agent is a crawler's
        if not all(_holds(condition, one.event) for condition in feature.where):
            continue
        elements = (getattr(one.event, source.each) or []) if source.each else [one.event]
        if source.paired and len(elements) > 50:
            continue
        for element in elements:
            others = [element]
            if source.paired:
                others = [other for other in elements if getattr(other, source.key) != getattr(element, source.key)]
            if _read(source.key, one, element) == entity_id:
                found += [(one, other) for other in others]
    if isinstance(feature.aggregation, Distinct | Top | TopValue | Recent | Last | First):
        found = [entry for entry in found if _field(feature, *entry) is not None]
    return found


def _holds(condition: Any, event: Any) -> bool:
    if isinstance(condition, Differ):
        one, other = getattr(event, condition.one), getattr(event, condition.other)
        return one is not None and other is not None and one != other
    name, values = condition
    return getattr(event, name) in values


def _aggregate(feature: Feature, found: list[tuple[Received, Any]], at_us: int) -> Any:
    named = sorted((one.at_us, one.place, _field(feature, one, element)) for one, element in found
                   if _field(feature, one, element) is not None)  # fmt: skip
    values = [value for _, _, value in named]
    scale = 10**6 if feature.field is not None and feature.field.kind == "fraction" else 1
    match feature.aggregation:
        case Count():
            return len(found)
        case Sum():
            return sum(values) / scale if scale > 1 else sum(values)
        case Mean():
            return (sum(values) / scale if scale > 1 else sum(values)) / len(values) if values else None
        case Min() | Max():
            best = min(values, default=None) if isinstance(feature.aggregation, Min) else max(values, default=None)
            return best / scale if best is not None and scale > 1 else best
        case Decayed(half_life):
            now = (at_us - feature.offset_seconds * 10**6) // feature.step_us
            total = 0
            for at, _, value in named:
                age = max(0, now - at // feature.step_us)
                total += value * round(2**20 * 2.0 ** (-(feature.step_us / (half_life * 10**6)) * age))
            return total / 2**20
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
        case Last() | First():
            value = values[-1 if isinstance(feature.aggregation, Last) else 0] if values else None
            return value / scale if value is not None and scale > 1 else value
        case SecondsSince(event):
            times = [one.at_us for one, _ in found]
            return max((at_us - (max(times) if event == "newest" else min(times))) / 1e6, 0.0) if times else None
    raise AssertionError(feature)


def _capped(feature: Feature, named: list[tuple[int, int, Any]]) -> Counter[str]:
    total: Counter[str] = Counter()
    steps = {at: at // feature.step_us if feature.window_seconds is not None else 0 for at, _, _ in named}
    for step in set(steps.values()):
        inside = Counter(value for at, _, value in named if steps[at] == step)
        kept = sorted(inside, key=stable_hash)[: feature.aggregation.cap]
        total.update({value: inside[value] for value in kept})
    return total


def _field(feature: Feature, one: Received, element: Any) -> Any:
    """The value aggregated: whole millionths, microseconds, 0 or 1; 1 where events are counted."""
    name = getattr(feature.aggregation, "of", None)
    if name is None:
        return 1
    value = str(one.at_us // 86_400_000_000) if name == "occurred_on" else _read(name, one, element)
    if isinstance(value, float):
        return round(value * 10**6)
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    return int(value) if isinstance(value, bool) else value


def _read(name: str, one: Received, element: Any) -> Any:
    if isinstance(element, str) and name.endswith("s"):
        return element  # a list of plain text is named by its plural
    return getattr(element, name) if hasattr(element, name) else getattr(one.event, name)


def _calendar(term: str, when: datetime) -> int:
    fourth_thursday = next(day for day in range(22, 29) if date(when.year, 11, day).weekday() == 3)
    sales = {date(when.year, 11, fourth_thursday) + timedelta(days=days) for days in (1, 4)}
    fixed = {(1, 1), (2, 14), (11, 11), (12, 24), (12, 25), (12, 26), (12, 31)}
    return {
        "hour": when.hour,
        "weekday": when.weekday(),
        "weekend": int(when.weekday() in (5, 6)),
        "night": int(when.hour <= 6),
        "month_day": when.day,
        "holiday": int((when.month, when.day) in fixed or when.date() in sales),
    }[term]
