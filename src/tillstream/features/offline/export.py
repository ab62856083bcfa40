"""Values of an entity at instants, as a table that others read: one row an id and instant, from silver by Polars."""

from collections.abc import Sequence
from typing import Final

import polars as pl
import pyarrow as pa

from tillstream.core.contracts.instants import from_micros
from tillstream.features.definitions import Feature, schema_of, with_parts
from tillstream.features.engines.polars import Spine, values_of
from tillstream.features.offline.silver import Lake, begin_of, events_by_source, silver_of
from tillstream.features.value_kinds import value_kind

EVENT_TIMESTAMP: Final = "event_timestamp"


def values_at(lake: Lake, features: Sequence[Feature], instants_us: Sequence[int]) -> pa.Table:
    """`<entity>_id`, `event_timestamp`, then one column for each feature, all of one entity.

    A row for each instant and each id of which an event had been received by then, as it was known then. Counts by
    value are left out: readers disagree on the type of a map.
    """
    features = [feature for feature in features if value_kind(feature) != "counts"]
    (entity,) = {feature.entity for feature in features}
    schema = schema_of(with_parts(features).values())
    groups = schema.groups[entity]
    events = events_by_source(groups, silver_of(lake, groups, begin_of(groups, min(instants_us))))
    known = pl.concat([of.select("key", "received") for of in events.values()])
    asked = (
        known.group_by("key")
        .agg(pl.col("received").min())
        .join(pl.DataFrame({"at": sorted(instants_us)}), how="cross")
        .filter(pl.col("received") <= pl.col("at"))
        .sort("at", "key")
    )
    values = values_of(schema, features, events, Spine({entity: asked["key"]}, asked["at"]))
    stamps = pa.array([from_micros(at) for at in asked["at"].to_list()], pa.timestamp("us", "UTC"))
    table = pa.table({f"{entity}_id": asked["key"].to_arrow(), EVENT_TIMESTAMP: stamps})
    for name in values.columns:
        table = table.append_column(name, values[name].to_arrow())
    return table
