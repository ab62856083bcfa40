"""Silver rows as the events of one source: whose, when, known since when, from where in the log."""

from collections.abc import Iterable
from typing import Final

import polars as pl

from tillstream.features.definitions.language import DAY, OCCURRED_ON, Source, Where
from tillstream.features.definitions.schema import Group

ENVELOPE: Final = ("occurred_at", "received_at", "log_partition", "log_offset")
PARTITION_BITS: Final = 48
"""A place in the log as one number: the partition above, the offset in the lower 48 bits."""


def columns_needed(groups: Iterable[Group]) -> dict[str, list[str]]:
    """For each topic the silver columns that these groups look at."""
    needed: dict[str, dict[str, None]] = {}
    for group in groups:
        names = needed.setdefault(group.source.topic, dict.fromkeys(ENVELOPE))
        wheres = [group.where, *(column.where for column in group.columns)]
        names.update(dict.fromkeys(name for where in wheres for name, _ in where))
        if group.source.each:
            names[group.source.each] = None
        else:
            aggregated = (*group.fields, *(column.of for column in group.columns if column.of))
            names.update(dict.fromkeys((group.source.key, *aggregated)))
        names.pop(OCCURRED_ON, None)
    return {topic: list(names) for topic, names in needed.items()}


def events_of(source: Source, silver: pl.DataFrame, *, with_day: bool = True) -> pl.DataFrame:
    """One row for each event or element with a key: `key`, `at`, `received`, `place`, then what is aggregated.

    Times are whole microseconds. Extra columns are kept; rows without a key are not. `with_day` adds OCCURRED_ON.
    """
    frame = silver
    if source.each is not None:
        elements = frame.explode(source.each).filter(pl.col(source.each).is_not_null())
        kept = [name for name in frame.columns if name != source.each]
        fields = [field.name for field in elements.schema[source.each].fields] if elements.width else []  # type: ignore[attr-defined]
        frame = elements.select(
            *(name for name in kept if name not in fields),
            *(pl.col(source.each).struct.field(name) for name in fields),
        )
    at = pl.col("occurred_at").dt.epoch("us")
    return frame.filter(pl.col(source.key).is_not_null()).with_columns(
        pl.col(source.key).alias("key"),
        at.alias("at"),
        pl.col("received_at").dt.epoch("us").alias("received"),
        (pl.col("log_partition").cast(pl.Int64) * 2**PARTITION_BITS + pl.col("log_offset")).alias("place"),
        *([(at // (DAY * 10**6)).cast(pl.String).alias(OCCURRED_ON)] if with_day else []),
    )


def columns_of(groups: Iterable[Group]) -> list[str]:
    """What these groups, all of one source, look at in its events besides key, times and place."""
    names: dict[str, None] = {}
    for group in groups:
        wheres = [group.where, *(column.where for column in group.columns)]
        names.update(dict.fromkeys(name for where in wheres for name, _ in where))
        names.update(dict.fromkeys((*group.fields, *(column.of for column in group.columns if column.of))))
    return list(names)


def matches(where: Where) -> pl.Expr:
    """Whether an event is one of these; a null field matches nothing."""
    hits = [pl.col(name).is_in(list(values)).fill_null(value=False) for name, values in where]
    return pl.all_horizontal(hits) if hits else pl.lit(value=True)
