"""The values of the features that share a group, over a timeline: each by the cheapest way that is exact."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from tillstream.features.definitions.aggregations import (
    Count,
    Decayed,
    Distinct,
    First,
    Last,
    Max,
    Mean,
    Min,
    Recent,
    SecondsSince,
    Sum,
    Top,
    TopValue,
)
from tillstream.features.definitions.decay import SCALE
from tillstream.features.definitions.fields import MILLIONTHS
from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import Binding
from tillstream.features.engines.polars import listed
from tillstream.features.engines.polars.events import counted
from tillstream.features.engines.polars.quotients import quotient
from tillstream.features.engines.polars.searches import Ints
from tillstream.features.engines.polars.windows import Asked, Newest, Reach, Sums, Timeline, exceeds_instants


def group_values(bindings: Sequence[Binding], line: Timeline, asked: Asked) -> dict[str, pl.Series]:
    """A column for each feature, null where it has no value."""
    group = bindings[0].group
    mask = line.events.with_columns(counts=counted(group))["counts"]
    events = line.events.filter(mask)
    most = group.most_steps if group.most_steps and exceeds_instants(events, group.span_us) else None
    reaches = [(binding, asked.reach(binding.feature, most)) for binding in bindings]
    if group.kind == "sums":
        running = None if most else Sums(group.columns, line)
        return {b.feature.name: _of_sums(b, running, events, asked, reach) for b, reach in reaches}
    if group.kind == "last" and not most and group.keep == "newest":
        newest = Newest(line, mask.to_numpy(), next(iter(group.fields), None))
        return {b.feature.name: _of_newest(b, newest, line, asked, reach) for b, reach in reaches}
    return {b.feature.name: _of_listed(b, events, asked, reach) for b, reach in reaches}


def _of_sums(binding: Binding, running: Sums | None, events: pl.DataFrame, asked: Asked, reach: Reach) -> pl.Series:
    feature, group = binding.feature, binding.group
    columns = [group.columns[column] for column in binding.columns]
    if isinstance(feature.aggregation, Decayed):
        now = (asked.at_us - feature.offset_seconds * 10**6) // group.step_us
        window_us = (feature.window_seconds or 0) * 10**6
        half_life = feature.aggregation.half_life_seconds
        total = listed.decayed(events, columns[0], half_life, window_us, group.step_us, now, reach)
        return pl.Series(total / SCALE)
    if running is not None:
        found: Ints = running.of(reach)[:, list(binding.columns)]
    else:
        found = listed.sums(events, columns, reach)
    match feature.aggregation:
        case Mean():
            return quotient(_valued(feature, pl.Series(found[:, 0])), pl.Series(found[:, 1]))
        case Sum():
            return _valued(feature, pl.Series(found[:, 0]))
        case Count():
            return pl.Series(found[:, 0])
    raise AssertionError(binding)


def _of_newest(binding: Binding, newest: Newest, line: Timeline, asked: Asked, reach: Reach) -> pl.Series:
    rows, found = newest.of(reach)
    places = np.full(len(asked.codes), -1, np.int64)
    places[rows] = found
    picked = pl.select(pl.when(pl.Series(places) >= 0).then(pl.Series(places))).to_series()
    match binding.feature.aggregation:
        case SecondsSince():
            return _seconds_since(line.events["at"].gather(picked), asked)
        case Last(of):
            return _valued(binding.feature, line.events[of].gather(picked))
    raise AssertionError(binding)


def _of_listed(binding: Binding, events: pl.DataFrame, asked: Asked, reach: Reach) -> pl.Series:
    feature, group = binding.feature, binding.group
    step_us = group.step_us
    match feature.aggregation:
        case Min() | Max():
            return _valued(feature, listed.extreme(events, group.columns[binding.columns[0]], reach))
        case SecondsSince(event):
            times, _ = listed.end_event(events, None, reach, newest=event == "newest")
            return _seconds_since(times, asked)
        case Last(of) | First(of):
            newest = isinstance(feature.aggregation, Last)
            return _valued(feature, listed.end_event(events, of, reach, newest=newest)[1])
        case Distinct(of, cap):
            return listed.distinct_counts(events, of, cap, step_us, reach).fill_null(0)
        case Top(of, k, cap):
            return listed.top_counts(events, of, cap, k, _capped_step(feature, step_us), reach)
        case TopValue(of, cap):
            top = listed.top_counts(events, of, cap, 1, _capped_step(feature, step_us), reach)
            return top.list.first().struct.field("value")
        case Recent(of, k, give):
            values, times = listed.recent_values(events, of, k, reach)
            return values if give == "values" else times
    raise AssertionError(binding)


def _capped_step(feature: Feature, step_us: int) -> int | None:
    return None if feature.window_seconds is None else step_us


def _valued(feature: Feature, whole: pl.Series) -> pl.Series:
    field = feature.field
    return quotient(whole, MILLIONTHS) if field is not None and field.kind == "fraction" else whole


def _seconds_since(times: pl.Series, asked: Asked) -> pl.Series:
    since = quotient(pl.Series(asked.at_us) - times, 1e6)
    return pl.select(pl.when(since < 0).then(0.0).otherwise(since)).to_series()
