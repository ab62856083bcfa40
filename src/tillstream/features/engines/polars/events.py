"""Silver rows as the events of one source: whose, when, known since when, from where in the log."""

from collections.abc import Iterable
from typing import Final

import polars as pl

from tillstream.features.definitions.fields import MILLIONTHS, OCCURRED_ON, field_of
from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.language import DAY, PAIRED_ELEMENTS, Differ, Source, Where, fields_in

_RECEIPT: Final = ("received_at", "log_partition", "log_offset")
ENVELOPE: Final = ("occurred_at", *_RECEIPT)
_FIRST: Final = "#first"
PARTITION_BITS: Final = 48
"""A place in the log as one number: the partition above, the offset in the lower 48 bits."""


def columns_needed(groups: Iterable[Group]) -> dict[str, list[str]]:
    """For each topic the silver columns that these groups look at."""
    needed: dict[str, dict[str, None]] = {}
    for group in groups:
        names = needed.setdefault(group.source.topic, dict.fromkeys(ENVELOPE))
        names.update(dict.fromkeys(name for where in _wheres(group) for name in fields_in(where)))
        aggregated = (group.source.key, *_fields(group))
        names.update(dict.fromkeys(name for name in aggregated if not _is_of_element(group.source, name)))
        if group.source.each:
            names[group.source.each] = None
        names.pop(OCCURRED_ON, None)
    return {topic: list(names) for topic, names in needed.items()}


def events_of(source: Source, silver: pl.DataFrame, *, with_day: bool = True) -> pl.DataFrame:
    """One row for each event or element with a key: `key`, `at`, `received`, `place`, then what is aggregated.

    Times are whole microseconds, fractions whole millionths, flags 0 or 1. Extra columns are kept; rows without a key
    are not. `with_day` adds OCCURRED_ON.
    """
    frame, key = silver, source.key
    if source.each is not None:
        frame = _exploded(frame, source.each)
    if source.paired:
        frame, key = _paired(frame, source.key), _FIRST
    at = pl.col("occurred_at").dt.epoch("us")
    return frame.filter(pl.col(key).is_not_null()).with_columns(
        pl.col(key).alias("key"),
        at.alias("at"),
        pl.col("received_at").dt.epoch("us").alias("received"),
        (pl.col("log_partition").cast(pl.Int64) * 2**PARTITION_BITS + pl.col("log_offset")).alias("place"),
        *(_whole(source, name) for name in frame.columns if name not in _RECEIPT),
        *([(at // (DAY * 10**6)).cast(pl.String).alias(OCCURRED_ON)] if with_day else []),
    )


def columns_of(groups: Iterable[Group]) -> list[str]:
    """What these groups, all of one source, look at in its events besides key, times and place."""
    names: dict[str, None] = {}
    for group in groups:
        names.update(dict.fromkeys(name for where in _wheres(group) for name in fields_in(where)))
        names.update(dict.fromkeys(_fields(group)))
    return list(names)


def matches(where: Where) -> pl.Expr:
    """Whether an event is one of these; a null field matches nothing."""
    hits = [_matches(condition).fill_null(value=False) for condition in where]
    return pl.all_horizontal(hits) if hits else pl.lit(value=True)


def _matches(condition: tuple[str, tuple[str, ...]] | Differ) -> pl.Expr:
    if isinstance(condition, Differ):
        return pl.col(condition.one) != pl.col(condition.other)
    return pl.col(condition[0]).is_in(list(condition[1]))


def counted(group: Group) -> pl.Expr:
    """Whether an event leaves a trace in the group's tiles."""
    parts = [matches(group.where), *(pl.col(field).is_not_null() for field in group.fields)]
    if group.columns:
        parts.append(pl.any_horizontal([matches(column.where) for column in group.columns]))
    return pl.all_horizontal(parts)


def _exploded(frame: pl.DataFrame, each: str) -> pl.DataFrame:
    elements = frame.explode(each).filter(pl.col(each).is_not_null())
    dtype = elements.schema[each]
    if not isinstance(dtype, pl.Struct):
        return elements
    fields = [field.name for field in dtype.fields]
    kept = [name for name in frame.columns if name != each and name not in fields]
    return elements.select(*kept, *(pl.col(each).struct.field(name) for name in fields))


def _paired(elements: pl.DataFrame, key: str) -> pl.DataFrame:
    """Each element beside the keys of the others of its event."""
    event = ["log_partition", "log_offset"]
    few = elements.filter(pl.len().over(event) <= PAIRED_ELEMENTS)
    pairs = few.select(*event, pl.col(key).alias(_FIRST)).join(few, on=event)
    return pairs.filter(pl.col(_FIRST) != pl.col(key))


def _whole(source: Source, name: str) -> pl.Expr:
    field = field_of(source.topic, source.each, name)
    column = pl.col(name)
    match field.kind if field is not None else None:
        case "fraction":
            return (column * MILLIONTHS).round(mode="half_to_even").cast(pl.Int64)
        case "instant":
            return column.dt.epoch("us")
        case "flag":
            return column.cast(pl.Int64)
    return column


def _wheres(group: Group) -> list[Where]:
    return [group.where, *(column.where for column in group.columns)]


def _fields(group: Group) -> tuple[str, ...]:
    return (*group.fields, *(column.of for column in group.columns if column.of))


def _is_of_element(source: Source, name: str) -> bool:
    if source.each is None:
        return False
    items = field_of(source.topic, None, source.each)
    return name == source.each or (items is not None and name in (items.items or {}))
