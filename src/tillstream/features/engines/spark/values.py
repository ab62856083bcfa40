"""The value of each feature at each row of a spine, as known by then, on Spark.

Each row of the spine is joined with its key's events of one source, and all features of that source are aggregated at
once, each over the events of its own window.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from tillstream.features.definitions.aggregations import parts_of
from tillstream.features.definitions.language import Feature, Source
from tillstream.features.definitions.schema import Binding, Schema, with_parts
from tillstream.features.engines.spark.aggregates import ASKED, cell, is_within
from tillstream.features.engines.spark.events import counted
from tillstream.features.engines.spark.untiled import or_default, untiled

IsCounted: TypeAlias = Callable[[int], str]
"""SQL: whether an event counts in the group of that number within its entity, besides what its definition says."""
ROW: Final = "row"
AT: Final = "at_us"


def values_of(
    schema: Schema, features: Sequence[Feature], events: Mapping[tuple[str, Source], DataFrame], spine: DataFrame
) -> DataFrame:
    """The spine with one more column for each feature; missing values are the feature's default.

    The spine has `row`, unique, `at_us`, `<entity>_id` for each entity asked, and the fields that features are given
    by. `events` are those of events_of by entity and source. Only what was received by a row's time counts.
    """
    told = cells_of(schema, features, events, spine)
    return told.select(*spine.columns, *(or_default(feature) for feature in features))


def cells_of(
    schema: Schema,
    features: Sequence[Feature],
    events: Mapping[tuple[str, Source], DataFrame],
    spine: DataFrame,
    is_counted: IsCounted | None = None,
) -> DataFrame:
    """The same without defaults, and with the features that these are made of; a list of nothing is empty."""
    needed = with_parts(features, schema.features)
    sources: dict[tuple[str, Source], list[Binding]] = defaultdict(list)
    for name, feature in needed.items():
        if feature.is_tiled:
            binding = schema.bindings[name]
            sources[feature.entity, binding.group.source].append(binding)
    found = spine
    for (entity, source), mine in sources.items():
        asked = spine.selectExpr(ROW, f"{AT} AS {ASKED}", f"{entity}_id AS asked_id")
        found = found.join(_aggregated(mine, events[entity, source], asked, is_counted), on=ROW, how="left")
    tiled = [feature for feature in needed.values() if feature.is_tiled]
    found = found.select(*spine.columns, *(or_default(feature, empty_only=True) for feature in tiled))
    return _with_untiled([feature for feature in needed.values() if not feature.is_tiled], needed, found)


def _aggregated(
    bindings: Sequence[Binding], events: DataFrame, asked: DataFrame, is_counted: IsCounted | None
) -> DataFrame:
    """`row` and a cell for each binding, for the rows that know of any event."""
    known = events.join(asked, f.expr(f"key = asked_id AND received <= {ASKED}"))
    groups = {(binding.number, binding.feature.counts_current): binding.group for binding in bindings}
    marks: dict[tuple[int, bool], str] = {}
    for (number, current), group in groups.items():
        more = is_counted(number) if is_counted else "true"
        marks[number, current] = f"{counted(group)} AND received <= {ASKED} - {int(not current)} AND {more}"
    windows = {is_within(binding.feature): f"window{n}" for n, binding in enumerate(bindings)}
    known = known.selectExpr(
        "*",
        *(f"({mark}) AS {_name(key)}" for key, mark in marks.items()),
        *(f"({window}) AS {name}" for window, name in windows.items()),
    )
    meant = {key: _name(key) for key in groups}
    ranks = []
    for key, group in groups.items():
        if group.most_steps:
            # Of an exact tail the newest instants known count, whatever the window.
            newest = f"CASE WHEN {_name(key)} THEN at END DESC NULLS LAST"
            ranks.append(f"dense_rank() OVER (PARTITION BY {ROW} ORDER BY {newest}) AS rank_{_name(key)}")
            meant[key] = f"({_name(key)} AND rank_{_name(key)} <= {group.most_steps})"
    known = known.selectExpr("*", *ranks) if ranks else known
    cells = (
        cell(one, f"{meant[one.number, one.feature.counts_current]} AND {windows[is_within(one.feature)]}")
        .alias(one.feature.name)
        for one in bindings
    )  # fmt: skip
    return known.groupBy(ROW).agg(*cells)


def _name(key: tuple[int, bool]) -> str:
    number, current = key
    return f"mine{number}" if current else f"mine{number}_before"


def _with_untiled(features: Sequence[Feature], among: Mapping[str, Feature], found: DataFrame) -> DataFrame:
    """Parts before what is made of them; a part is taken with its default."""
    while features:
        waiting = {feature.name for feature in features}
        ready = [feature for feature in features if not waiting & set(parts_of(feature.aggregation))]
        found = found.select("*", *(untiled(feature, among, f.col(AT)).alias(feature.name) for feature in ready))
        features = [feature for feature in features if feature not in ready]
    return found
