"""The tiles of steps, computed from silver: what batch sends for the steps it owns.

Payloads are those of features/tiles.py, value for value: the store cannot tell who computed a tile.
"""

from collections.abc import Iterator

import polars as pl

from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.definitions.schema import Group
from tillstream.features.engines.polars.events import matches
from tillstream.features.engines.polars.listed import with_smallest_hashes
from tillstream.features.engines.polars.windows import weight_of
from tillstream.features.tiles import Payload

_TILE = ("key", "step")


def with_steps(group: Group, events: pl.DataFrame) -> pl.DataFrame:
    """The events that leave a trace in the group's tiles, with their `step`."""
    kept = events.filter(matches(group.where))
    for field in group.fields:
        kept = kept.filter(pl.col(field).is_not_null())
    if group.columns:
        kept = kept.filter(pl.any_horizontal(matches(column.where) for column in group.columns))
    return kept.with_columns(step=pl.col("at") // group.step_us)


def tiles_of(group: Group, events: pl.DataFrame) -> Iterator[tuple[str, int, Payload]]:
    """Key, step and payload of every tile of these events (from with_steps)."""
    match group.kind:
        case "sums":
            names = [str(n) for n in range(len(group.columns))]
            weights = [weight_of(column).alias(name) for column, name in zip(group.columns, names, strict=True)]
            for key, step, *sums in events.with_columns(weights).group_by(_TILE).agg(pl.col(names).sum()).iter_rows():
                yield key, step, sums
        case "last":
            newest = events.sort("at", "place").unique(_TILE, keep="last")
            for key, step, *values in newest.select(*_TILE, "at", "place", *group.fields).iter_rows():
                yield key, step, values
        case "distinct":
            yield from _distinct(group, events)
        case "counts":
            counts = events.group_by(*_TILE, value=group.fields[0]).len("count")
            counts = with_smallest_hashes(counts, list(_TILE), group.limit).sort("value")
            for key, step, values, numbers in counts.group_by(_TILE).agg("value", "count").iter_rows():
                yield key, step, dict(zip(values, numbers, strict=True))
        case "recent":
            yield from _recent(group, events)


def _distinct(group: Group, events: pl.DataFrame) -> Iterator[tuple[str, int, Payload]]:
    values = events.group_by(_TILE).agg(pl.col(group.fields[0]).unique())
    for key, step, found in values.iter_rows():
        yield key, step, sorted(set(map(stable_hash, found)))[: group.limit]


def _recent(group: Group, events: pl.DataFrame) -> Iterator[tuple[str, int, Payload]]:
    field = group.fields[0]
    ordered = events.sort("at", "place", descending=True).unique([*_TILE, field], keep="first", maintain_order=True)
    heads = (pl.col(name).head(group.limit) for name in ("at", "place", field))
    for key, step, *lists in ordered.group_by(_TILE, maintain_order=True).agg(heads).iter_rows():
        yield key, step, [list(entry) for entry in zip(*lists, strict=True)]
