"""The value of each feature at each row of a spine, as known by then."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from tillstream.features.definitions.aggregations import LISTS, Calendar, Difference, Given, Ratio
from tillstream.features.definitions.calendar import HOUR_US, calendar_term
from tillstream.features.definitions.language import Feature, Source
from tillstream.features.definitions.schema import Schema, with_parts
from tillstream.features.engines.polars.events import columns_of
from tillstream.features.engines.polars.groups import group_values
from tillstream.features.engines.polars.quotients import quotient
from tillstream.features.engines.polars.windows import Asked, Timeline
from tillstream.features.errors import FeatureError


class Spine:
    """Who is asked about, and when: ids by entity and `at_us`, all of one length; `given` is what requests say."""

    def __init__(
        self, ids: Mapping[str, pl.Series], at_us: pl.Series, given: Mapping[str, pl.Series] | None = None
    ) -> None:
        self._ids, self._given = ids, given or {}
        self.at_us = at_us.to_numpy().astype(np.int64)

    def keys(self, entity: str) -> pl.DataFrame:
        """The different ids of an entity with a code for each, from 0."""
        return pl.DataFrame({"key": self._ids[entity].cast(pl.String).drop_nulls().unique()}).with_row_index("code")

    def asked(self, entity: str, keys: pl.DataFrame) -> Asked:
        """Each row's code, -1 where its id is null."""
        rows = pl.DataFrame({"key": self._ids[entity].cast(pl.String)})
        codes = rows.join(keys, on="key", how="left", maintain_order="left")["code"]
        return Asked(codes.cast(pl.Int64).fill_null(-1).to_numpy(), self.at_us)

    def given(self, feature: Feature, name: str) -> pl.Series:
        """A field of the requests; raises FeatureError where they have none of that name."""
        if name not in self._given:
            raise FeatureError(f"feature {feature.name}: the spine has no column `{name}`, which it is given by")
        return self._given[name]


def values_of(
    schema: Schema, features: Sequence[Feature], events: Mapping[Source, pl.DataFrame], spine: Spine
) -> pl.DataFrame:
    """One column for each feature; `events` from events_of, by source.

    Only what was received by a row's time counts. Missing values are the feature's default.
    """
    needed = with_parts(features, schema.features)
    columns = _tiled(schema, [name for name, feature in needed.items() if feature.is_tiled], events, spine)
    for name, feature in needed.items():
        found = columns[name] if feature.is_tiled else _untiled(feature, columns, spine)
        columns[name] = _with_default(feature, found)
    return pl.DataFrame([columns[feature.name] for feature in features])


def _tiled(
    schema: Schema, names: Sequence[str], events: Mapping[Source, pl.DataFrame], spine: Spine
) -> dict[str, pl.Series]:
    columns: dict[str, pl.Series] = {}
    for entity in dict.fromkeys(schema.features[name].entity for name in names):
        keys = spine.keys(entity)
        asked = spine.asked(entity, keys)
        mine = [schema.bindings[name] for name in names if schema.features[name].entity == entity]
        for source in dict.fromkeys(binding.group.source for binding in mine):
            groups = dict.fromkeys(b.group for b in mine if b.group.source == source)
            line = Timeline(_coded(events[source], keys, columns_of(groups)))
            for group in groups:
                columns |= group_values([b for b in mine if b.group == group], line, asked)
    return columns


def _coded(events: pl.DataFrame, keys: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The events of these keys with the key's code; joined on the key alone, which is cheaper than whole rows."""
    codes = events.select("key").join(keys, on="key", how="left", maintain_order="left")["code"].cast(pl.Int64)
    kept = events.select("at", "received", "place", *columns).with_columns(codes.alias("code"))
    return kept.filter(pl.col("code").is_not_null())


def _untiled(feature: Feature, columns: Mapping[str, pl.Series], spine: Spine) -> pl.Series:
    match feature.aggregation:
        case Ratio(of, over):
            return quotient(columns[of], columns[over])
        case Difference(of, less):
            return columns[of] - (columns[less] if isinstance(less, str) else less)
        case Calendar(term):
            hours, places = np.unique(spine.at_us // HOUR_US, return_inverse=True)
            terms = np.array([calendar_term(term, hour * HOUR_US) for hour in hours.tolist()], np.int64)
            return pl.Series(terms[places])
        case Given(of):
            return spine.given(feature, of)
    raise AssertionError(feature)


def _with_default(feature: Feature, values: pl.Series) -> pl.Series:
    if isinstance(feature.aggregation, LISTS):
        values = pl.select(values.fill_null(pl.lit([], dtype=values.dtype))).to_series()
    elif feature.default is not None:
        values = values.fill_null(feature.default)
    return values.alias(feature.name)
