"""The tiles of steps, computed from silver: what batch sends for the steps it owns.

Payloads are those of features/tiles.py, value for value: the store cannot tell who computed a tile.
"""

from collections.abc import Iterator

import polars as pl

from tillstream.features.definitions.groups import Column, Group
from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.engines.polars.events import counted, matches
from tillstream.features.engines.polars.listed import with_smallest_hashes
from tillstream.features.engines.polars.windows import weight_of
from tillstream.features.tiles import NONE_GREATEST, NONE_LEAST, Payload

_TILE = ("key", "step")


def with_steps(group: Group, events: pl.DataFrame) -> pl.DataFrame:
    """The events that leave a trace in the group's tiles, with their `step`."""
    return events.filter(counted(group)).with_columns(step=pl.col("at") // group.step_us)


def tiles_of(group: Group, events: pl.DataFrame) -> Iterator[tuple[str, int, Payload]]:
    """Key, step and payload of every tile of these events (from with_steps)."""
    match group.kind:
        case "sums" | "extremes":
            names = [str(n) for n in range(len(group.columns))]
            weighed = events.with_columns(_value(c).alias(name) for c, name in zip(group.columns, names, strict=True))
            totals = [_total(column, pl.col(name)) for column, name in zip(group.columns, names, strict=True)]
            for key, step, *values in weighed.group_by(_TILE).agg(totals).iter_rows():
                yield key, step, values
        case "last" | "first":
            ordered = events.sort("at", "place", *group.fields)
            ends = ordered.unique(_TILE, keep="last" if group.kind == "last" else "first", maintain_order=True)
            for key, step, *values in ends.select(*_TILE, "at", "place", *group.fields).iter_rows():
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


def _value(column: Column) -> pl.Expr:
    if column.adds in ("min", "max"):
        return pl.when(matches(column.where)).then(pl.col(column.of or ""))
    return weight_of(column)


def _total(column: Column, values: pl.Expr) -> pl.Expr:
    match column.adds:
        case "min":
            return values.min().fill_null(NONE_LEAST)
        case "max":
            return values.max().fill_null(NONE_GREATEST)
    return values.sum()


def _distinct(group: Group, events: pl.DataFrame) -> Iterator[tuple[str, int, Payload]]:
    values = events.group_by(_TILE).agg(pl.col(group.fields[0]).unique())
    for key, step, found in values.iter_rows():
        yield key, step, sorted(set(map(stable_hash, found)))[: group.limit]


def _recent(group: Group, events: pl.DataFrame) -> Iterator[tuple[str, int, Payload]]:
    field = group.fields[0]
    ordered = events.sort("at", "place", field, descending=True).unique(
        [*_TILE, field], keep="first", maintain_order=True
    )
    heads = (pl.col(name).head(group.limit) for name in ("at", "place", field))
    for key, step, *lists in ordered.group_by(_TILE, maintain_order=True).agg(heads).iter_rows():
        yield key, step, [list(entry) for entry in zip(*lists, strict=True)]
