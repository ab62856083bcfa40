"""A feature's value over the joined events of a window, as one aggregate of Spark."""

from typing import Final

from pyspark.sql import Column
from pyspark.sql import functions as f

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
from tillstream.features.definitions.decay import SCALE, oldest_age, weights
from tillstream.features.definitions.fields import MILLIONTHS
from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import Binding
from tillstream.features.engines.spark.events import floored, matches
from tillstream.features.engines.spark.listed import latest_entries, top_entries
from tillstream.features.engines.spark.tiles import total

ASKED: Final = "asked_us"
"""The column that holds the instant asked, beside the events."""
_MICROS: Final = 10**6


def is_within(feature: Feature) -> str:
    """Whether an event lies in the window; see definitions.schema.bounds_us."""
    step_us = feature.step_us
    ago = f"({ASKED} - {feature.offset_seconds * _MICROS}L)"
    parts = []
    if feature.window_seconds is not None:
        parts.append(f"at >= {floored(f'({ago} - {feature.window_seconds * _MICROS}L)', step_us)} * {step_us}L")
    if feature.offset_seconds:
        parts.append(f"at < {floored(ago, step_us)} * {step_us}L")
    return " AND ".join(parts) or "true"


def cell(binding: Binding, is_in: str) -> Column:
    """The feature's value over the events that `is_in` names; null, or nothing added up, where there are none."""
    feature, group = binding.feature, binding.group
    of_group = [total(group.columns[column], is_in) for column in binding.columns]
    within = f"FILTER (WHERE {is_in})"
    match feature.aggregation:
        case Count():
            return f.expr(of_group[0])
        case Sum() | Min() | Max():
            return f.expr(_valued(feature, of_group[0]))
        case Mean():
            of, count = f"CAST({_valued(feature, of_group[0])} AS double)", f"CAST({of_group[1]} AS double)"
            return f.expr(f"CASE WHEN {count} != 0 THEN {of} / {count} END")
        case Decayed(half_life):
            return f.expr(_decayed(binding, half_life, is_in))
        case Distinct(of, cap):
            return f.expr(f"least(CAST(size(collect_set({of}) {within}) AS bigint), {cap}L)")
        case SecondsSince(event):
            since = f"{'min' if event == 'newest' else 'max'}({ASKED} - at) {within}"
            return f.expr(f"CASE WHEN {since} IS NOT NULL THEN greatest(CAST({since} AS double) / 1e6D, 0D) END")
        case Last(of) | First(of):
            end = "max" if isinstance(feature.aggregation, Last) else "min"
            return f.expr(_valued(feature, f"({end}(struct(at, place, {of} AS value)) {within}).value"))
        case Top(of, k, cap):
            return top_entries(_stepped(binding, of, within), k, cap)
        case TopValue(of, cap):
            return f.get(top_entries(_stepped(binding, of, within), 1, cap), f.lit(0))["value"]
        case Recent(of, k, give):
            latest = latest_entries(f.expr(f"collect_list(struct(at, place, {of} AS value)) {within}"), k)
            return latest["value" if give == "values" else "at"]
    raise AssertionError(binding)


def _decayed(binding: Binding, half_life_seconds: int, is_in: str) -> str:
    feature, step_us = binding.feature, binding.group.step_us
    column = binding.group.columns[binding.columns[0]]
    table = weights(half_life_seconds, step_us, oldest_age((feature.window_seconds or 0) * _MICROS, step_us))
    now = floored(f"({ASKED} - {feature.offset_seconds * _MICROS}L)", step_us)
    age = f"CAST(greatest({now} - {floored('at', step_us)}, 0L) AS int)"
    weight = f"get(array({', '.join(f'{one}L' for one in table)}), {age})"
    found = f"sum({f'{column.of} * ' if column.of else ''}{weight}) FILTER (WHERE {is_in} AND {matches(column.where)})"
    return f"CAST(coalesce({found}, 0L) AS double) / {SCALE}D"


def _stepped(binding: Binding, of: str, within: str) -> Column:
    step = "0L" if binding.feature.window_seconds is None else floored("at", binding.group.step_us)
    return f.expr(f"collect_list(struct({step} AS step, {of} AS value)) {within}")


def _valued(feature: Feature, whole: str) -> str:
    field = feature.field
    is_fraction = field is not None and field.kind == "fraction"
    return f"CAST({whole} AS double) / {MILLIONTHS}D" if is_fraction else whole
