"""The value of each feature at each row of a spine, as known by then."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from tillstream.features.definitions.language import (
    Count,
    Distinct,
    Feature,
    Last,
    Mean,
    Ratio,
    Recent,
    SecondsSince,
    Source,
    Sum,
    Top,
    TopValue,
)
from tillstream.features.definitions.schema import Binding, Schema
from tillstream.features.engines.polars import listed
from tillstream.features.engines.polars.events import columns_of, matches
from tillstream.features.engines.polars.windows import Asked, Newest, Sums, Timeline


class Spine:
    """Who is asked about, and when: ids by entity and `at_us`, all of one length."""

    def __init__(self, ids: Mapping[str, pl.Series], at_us: pl.Series) -> None:
        self._ids, self._at_us = ids, at_us.to_numpy().astype(np.int64)

    @property
    def height(self) -> int:
        """How many rows."""
        return len(self._at_us)

    def keys(self, entity: str) -> pl.DataFrame:
        """The different ids of an entity with a code for each, from 0."""
        return pl.DataFrame({"key": self._ids[entity].cast(pl.String).drop_nulls().unique()}).with_row_index("code")

    def asked(self, entity: str, keys: pl.DataFrame) -> Asked:
        """Each row's code, -1 where its id is null."""
        rows = pl.DataFrame({"key": self._ids[entity].cast(pl.String)})
        codes = rows.join(keys, on="key", how="left", maintain_order="left")["code"]
        return Asked(codes.cast(pl.Int64).fill_null(-1).to_numpy(), self._at_us)


def values_of(
    schema: Schema, features: Sequence[Feature], events: Mapping[Source, pl.DataFrame], spine: Spine
) -> pl.DataFrame:
    """One column for each feature; `events` from events_of, by source.

    Only what was received by a row's time counts. Missing values are the feature's default.
    """
    parts = [
        part for f in features if isinstance(f.aggregation, Ratio) for part in (f.aggregation.of, f.aggregation.over)
    ]
    plain = dict.fromkeys([f.name for f in features if not isinstance(f.aggregation, Ratio)] + parts)
    columns: dict[str, pl.Series] = {}
    for entity in dict.fromkeys(schema.features[name].entity for name in plain):
        keys = spine.keys(entity)
        asked = spine.asked(entity, keys)
        mine = [schema.bindings[name] for name in plain if schema.features[name].entity == entity]
        for source in dict.fromkeys(binding.group.source for binding in mine):
            groups = dict.fromkeys(b.group for b in mine if b.group.source == source)
            line = Timeline(_coded(events[source], keys, columns_of(groups)))
            for group in groups:
                columns |= _group_values([b for b in mine if b.group == group], line, asked)
    for feature in features:
        if isinstance(feature.aggregation, Ratio):
            columns[feature.name] = _ratio(columns[feature.aggregation.of], columns[feature.aggregation.over])
    return pl.DataFrame([_with_default(feature, columns[feature.name]) for feature in features])


def _coded(events: pl.DataFrame, keys: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The events of these keys with the key's code; joined on the key alone, which is cheaper than whole rows."""
    codes = events.select("key").join(keys, on="key", how="left", maintain_order="left")["code"].cast(pl.Int64)
    kept = events.select("at", "received", "place", *columns).with_columns(codes.alias("code"))
    return kept.filter(pl.col("code").is_not_null())


def _group_values(bindings: list[Binding], line: Timeline, asked: Asked) -> dict[str, pl.Series]:
    group = bindings[0].group
    if group.kind == "sums":
        sums = Sums(group.columns, line)
        found = {b: sums.of(asked, b.feature.window_seconds * 10**6, group.step_us) for b in bindings}
        return {b.feature.name: _of_sums(b, values) for b, values in found.items()}
    counted = pl.all_horizontal(matches(group.where), *(pl.col(field).is_not_null() for field in group.fields))
    if group.kind == "last":
        mask = line.events.with_columns(counted=counted)["counted"].to_numpy()
        newest = Newest(line, mask)
        return {b.feature.name: _of_newest(b, newest, line.events, asked) for b in bindings}
    events = line.events.filter(counted)
    return {b.feature.name: _of_listed(b, events, asked) for b in bindings}


def _of_sums(binding: Binding, sums: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> pl.Series:
    picked = [pl.Series(sums[:, column]) for column in binding.columns]
    match binding.feature.aggregation:
        case Mean():
            return _ratio(*picked)
        case Count() | Sum():
            return picked[0]
    raise AssertionError(binding)


def _of_newest(binding: Binding, newest: Newest, events: pl.DataFrame, asked: Asked) -> pl.Series:
    rows, found = newest.of(asked, binding.feature.window_seconds * 10**6, binding.group.step_us)
    match binding.feature.aggregation:
        case SecondsSince():
            since = (asked.at_us[rows] - events["at"].to_numpy()[found]) / 1e6
            values = np.full(len(asked.codes), np.nan)
            values[rows] = np.maximum(since, 0.0)
            return pl.Series(values).fill_nan(None)
        case Last(of):
            mask = np.zeros(len(asked.codes), bool)
            mask[rows] = True
            taken = np.zeros(len(asked.codes), np.int64)
            taken[rows] = events[of].cast(pl.Int64).to_numpy()[found]
            return pl.select(pl.when(pl.Series(mask)).then(pl.Series(taken))).to_series()
    raise AssertionError(binding)


def _of_listed(binding: Binding, events: pl.DataFrame, asked: Asked) -> pl.Series:
    window_us, step_us = binding.feature.window_seconds * 10**6, binding.group.step_us
    match binding.feature.aggregation:
        case Distinct(of, cap):
            return listed.distinct_counts(events, of, cap, asked, window_us, step_us)
        case Top(of, k, cap):
            return listed.top_counts(events, of, cap, k, asked, window_us, step_us)
        case TopValue(of, cap):
            return listed.top_counts(events, of, cap, 1, asked, window_us, step_us).list.first().struct.field("value")
        case Recent(of, k, give):
            values, times = listed.recent_values(events, of, k, asked, window_us, step_us)
            return values if give == "values" else times
    raise AssertionError(binding)


def _ratio(of: pl.Series, over: pl.Series) -> pl.Series:
    return pl.select(pl.when(over != 0).then(of / over)).to_series()


def _with_default(feature: Feature, values: pl.Series) -> pl.Series:
    if isinstance(feature.aggregation, Top | Recent):
        values = pl.select(values.fill_null(pl.lit([], dtype=values.dtype))).to_series()
    elif feature.default is not None:
        values = values.fill_null(feature.default)
    return values.alias(feature.name)
