"""The store's values against the Polars reference, computed from exactly the events that the writer's position counts.

Up to that position the header of a tile's last record says which events it counts. A step without a record
should count what its owner had read: batch for steps it has sent, the live engine for open ones. So an event
that was lost on the way shows as a mismatch, not as a smaller truth.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.store import WritingStore
from tillstream.core.contracts import topic_named
from tillstream.features.definitions import Feature, Schema
from tillstream.features.definitions.aggregations import Top
from tillstream.features.definitions.groups import Group
from tillstream.features.engines.polars import Spine, values_of
from tillstream.features.engines.polars.events import PARTITION_BITS
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import Standing, standing_of
from tillstream.features.offline.settling import NotSettled, lake_lacks, settle
from tillstream.features.offline.silver import Lake, begin_of, events_by_source, silver_of
from tillstream.features.online.position import POSITION, PREFIX, Position, decode_position
from tillstream.features.online.rows import FeatureRows
from tillstream.features.online.untiled import untiled_cells
from tillstream.features.updates import OFFSETS, UPDATES, decode_tiles_record, is_tiles, parse_offsets

_READ_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A value in the store that is not the reference's."""

    entity: str
    entity_id: str
    feature: str
    online: Any
    reference: Any


@dataclass(frozen=True, slots=True)
class Parity:
    """What a check found: so many (entity, feature, position) triples, and those that differ."""

    triples: int
    entities: int
    differences: tuple[Difference, ...]
    position: str


Limits = dict[tuple[str, int, int], dict[tuple[str, int], int]]
"""Key, group number and step to the next offset of each source partition."""


def check_parity(
    lake: Lake,
    logs: FeatureLogs,
    store: WritingStore,
    schema: Schema,
    keys: Sequence[str],
    at_us: int,
    *,
    wait_seconds: float = 0.0,
) -> Parity:
    """Compares every feature of these entities (`<entity>:<id>`) at an instant.

    Raises NotSettled when the store does not reach the end of the topic, or silver what the store counts,
    within `wait_seconds`. Events that come meanwhile do not matter.
    """
    standing = standing_of(logs, schema)
    ends = logs.updates.end_offsets(UPDATES)
    settle(lambda: store_lacks(store, logs.updates, schema, ends), wait_seconds)
    told, *rows = store.mget([POSITION, *(PREFIX + key for key in keys)])
    if told is None:
        raise NotSettled("the store lost its data just now; try again")
    position = decode_position(told)
    limits = _limits(logs.updates, schema, position, frozenset(keys))
    counted = dict(standing.live)
    for of in limits.values():
        counted |= {place: max(n, counted.get(place, 0)) for place, n in of.items()}
    settle(lambda: lake_lacks(logs.source, counted), wait_seconds)
    found = _online(schema, dict(zip(keys, rows, strict=True)), at_us, str(position))
    expected = _reference(lake, schema, limits, standing, keys, at_us)
    pairs = []
    for key in keys:
        entity, _, one = key.partition(":")
        for name, value in found[entity][one].items():
            pairs.append(Difference(entity, one, name, value, expected[entity][one][name]))
    differences = tuple(pair for pair in pairs if pair.online != pair.reference)
    return Parity(len(pairs), len(keys), differences, str(position))


def store_lacks(store: WritingStore, updates: SqliteLog, schema: Schema, ends: Mapping[int, int]) -> str | None:
    """How far the store is behind these ends of feature_updates.v1; None when it may be compared."""
    (told,) = store.mget([POSITION])
    position = decode_position(told) if told else None
    if position is None or (position.log_id, position.schema) != (updates.log_id, schema.fingerprint):
        return "the store is empty or of another log; run `tillstream features work`"
    behind = sum(max(0, end - position.next.get(partition, 0)) for partition, end in ends.items())
    if behind or not position.is_ready:
        return f"the store is {behind} records behind feature_updates.v1; run `tillstream features work`"
    return None


def _limits(updates: SqliteLog, schema: Schema, position: Position, keys: frozenset[str]) -> Limits:
    limits: Limits = {}
    for partition, end in position.next.items():
        offset = 0
        while offset < end and (records := updates.read(UPDATES, partition, offset, _READ_ROWS)):
            offset = records[-1].offset + 1
            for record in records:
                if record.offset >= end or record.key not in keys or not is_tiles(record):
                    continue
                fingerprint, tiles = decode_tiles_record(record.value)
                if schema.fingerprints.get(record.key.partition(":")[0]) == fingerprint:
                    counted = parse_offsets(record.headers[OFFSETS])
                    limits |= {(record.key, number, step): counted for number, step, _ in tiles}
    return limits


def _online(
    schema: Schema, rows: Mapping[str, bytes | None], at_us: int, position: str
) -> dict[str, dict[str, dict[str, Any]]]:
    by_entity: dict[str, dict[str, bytes | None]] = defaultdict(dict)
    for key, row in rows.items():
        entity, _, one = key.partition(":")
        by_entity[entity][one] = row
    features = tuple(schema.features.values())
    return FeatureRows(schema, features, by_entity, at_us=at_us, position=position).values


def _reference(
    lake: Lake, schema: Schema, limits: Limits, standing: Standing, keys: Sequence[str], at_us: int
) -> dict[str, dict[str, dict[str, Any]]]:
    expected: dict[str, dict[str, dict[str, Any]]] = {}
    for entity, groups in schema.groups.items():
        ids = [key.partition(":")[2] for key in keys if key.startswith(f"{entity}:")]
        if not ids:
            continue
        events = events_by_source(groups, silver_of(lake, groups, begin_of(groups, at_us)))
        spine = Spine({entity: pl.Series(ids, dtype=pl.String)}, pl.Series([at_us] * len(ids)))
        columns: dict[str, list[Any]] = {}
        for number, group in enumerate(groups):
            counted = _counted(group, number, entity, events[group.source], ids, limits, standing)
            mine = [b.feature for b in schema.bindings.values() if b.group == group and b.number == number]
            frame = values_of(schema, mine, {group.source: counted}, spine)
            columns |= {feature.name: _plain(feature, frame[feature.name]) for feature in mine}
        for feature in schema.features.values():
            if feature.entity == entity and not feature.is_tiled:
                cells = untiled_cells(feature, columns, ids=len(ids), at_us=at_us, given={})
                columns[feature.name] = [feature.default if cell is None else cell for cell in cells]
        expected[entity] = {one: {name: columns[name][n] for name in columns} for n, one in enumerate(ids)}
    return expected


def _counted(
    group: Group,
    number: int,
    entity: str,
    events: pl.DataFrame,
    ids: Sequence[str],
    limits: Limits,
    standing: Standing,
) -> pl.DataFrame:
    """The events that the store should count, known since ever."""
    mine = events.filter(pl.col("key").is_in(list(ids))).with_columns(step=pl.col("at") // group.step_us)
    if group.keep == "ever":
        mine = mine.with_columns(step=_step_or_base(entity, number, limits))
    topic = group.source.topic
    partitions = range(topic_named(topic).partitions)
    kept = pl.DataFrame(
        _limit_rows(group, number, entity, mine, limits, standing, partitions),
        schema={"key": pl.String, "step": pl.Int64, "partition": pl.Int64, "limit": pl.Int64},
        orient="row",
    )
    placed = mine.with_columns(
        partition=pl.col("place") // 2**PARTITION_BITS, offset=pl.col("place") % 2**PARTITION_BITS
    )
    counted = placed.join(kept, on=["key", "step", "partition"], how="left")
    return counted.filter(pl.col("offset") < pl.col("limit").fill_null(0)).with_columns(received=pl.lit(0, pl.Int64))


def _step_or_base(entity: str, number: int, limits: Limits) -> pl.Expr:
    """An event's step, or that of its key's newest base tile if it lies in there."""
    prefix = f"{entity}:"
    bases: dict[str, int] = {}
    for key, of_group, step in limits:
        if of_group == number and step < 0 and key.startswith(prefix):
            one = key.removeprefix(prefix)
            bases[one] = max(bases.get(one, 0), -step)
    base = pl.col("key").replace_strict(bases, default=0, return_dtype=pl.Int64)
    return pl.when(pl.col("step") < base).then(-base).otherwise(pl.col("step"))


def _limit_rows(
    group: Group,
    number: int,
    entity: str,
    events: pl.DataFrame,
    limits: Limits,
    standing: Standing,
    partitions: range,
) -> Iterator[tuple[str, int, int, int]]:
    topic = group.source.topic
    for key, step in events.select("key", "step").unique().iter_rows():
        counted = limits.get((f"{entity}:{key}", number, step))
        if counted is None:
            ended = (step + 1) * group.step_us
            by_batch, is_open = ended <= standing.sent_us, ended > standing.released_us
            counted = dict(standing.covered if by_batch else standing.live if is_open else {})
        for partition in partitions:
            yield key, step, partition, counted.get((topic, partition), 0)


def _plain(feature: Feature, column: pl.Series) -> list[Any]:
    """Cells as the online reader gives them."""
    if isinstance(feature.aggregation, Top):
        return [{entry["value"]: entry["count"] for entry in cell} for cell in column.to_list()]
    return [tuple(cell) if isinstance(cell, list) else cell for cell in column.to_list()]
