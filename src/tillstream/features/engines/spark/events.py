"""Silver rows as the events of one source, on Spark: whose, when, known since when, from where in the log.

Conditions are SQL, so that a driver hands Spark one text for an aggregate and not a call for each of its parts.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from pyspark.sql import DataFrame

from tillstream.features.definitions.fields import MILLIONTHS, OCCURRED_ON, field_of, fields_of
from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.language import DAY, PAIRED_ELEMENTS, Differ, Source, Where, fields_in

PARTITION_BITS: Final = 48
"""A place in the log as one number: the partition above, the offset in the lower 48 bits."""
PLACE: Final = f"(CAST(log_partition AS bigint) * {2**PARTITION_BITS}L + log_offset)"
"""SQL of it, over rows of silver."""
_ONE, _OTHER = "one_element", "other_element"


def columns_of_source(groups: Iterable[Group]) -> list[str]:
    """What these groups, all of one source, look at in its events besides `key`, `at`, `received` and `place`."""
    names: dict[str, None] = {}
    for group in groups:
        wheres = (group.where, *(column.where for column in group.columns))
        names.update(dict.fromkeys(name for where in wheres for name in fields_in(where)))
        names.update(dict.fromkeys((*group.fields, *(column.of for column in group.columns if column.of))))
    return list(names)


def events_of(source: Source, silver: DataFrame, names: Sequence[str]) -> DataFrame:
    """One row for each event or element with a key: `key`, `at`, `received`, `place`, then the fields of these names.

    `log_id` says which log the place is in. Times are whole microseconds, fractions whole millionths, flags 0 or 1.
    Rows without a key are left out.
    """
    rows, key = silver, _place_of(source, source.key)
    if source.paired:
        rows = rows.where(f"size({source.each}) BETWEEN 1 AND {PAIRED_ELEMENTS}")
        rows = rows.selectExpr("*", f"explode({source.each}) AS {_ONE}")
        rows = rows.selectExpr("*", f"explode({source.each}) AS {_OTHER}")
        rows = rows.where(f"{_ONE}.{source.key} != {_OTHER}.{source.key}")
        key = f"{_ONE}.{source.key}"
    elif source.each is not None:
        rows = rows.selectExpr("*", f"explode({source.each}) AS {_OTHER}")
    told = [f"{_whole(source, name)} AS {name}" for name in names]
    at, received = "unix_micros(occurred_at) AS at", "unix_micros(received_at) AS received"
    return rows.selectExpr(f"{key} AS key", at, received, f"{PLACE} AS place", "log_id", *told).where("key IS NOT NULL")


def floored(value: str, step_us: int) -> str:
    """The whole number of steps below a time; `div` alone rounds towards 0."""
    return f"(({value} - pmod({value}, {step_us}L)) div {step_us}L)"


def matches(where: Where) -> str:
    """Whether an event is one of these; a null field matches nothing."""
    return " AND ".join(f"coalesce({_matches(one)}, false)" for one in where) or "true"


def counted(group: Group) -> str:
    """Whether an event leaves a trace in the group's tiles."""
    parts = [f"({matches(group.where)})", *(f"{field} IS NOT NULL" for field in group.fields)]
    if group.columns:
        anyhow = dict.fromkeys(f"({matches(column.where)})" for column in group.columns)
        parts.append("true" if "(true)" in anyhow else f"({' OR '.join(anyhow)})")
    return " AND ".join(parts)


def _matches(condition: tuple[str, tuple[str, ...]] | Differ) -> str:
    if isinstance(condition, Differ):
        return f"{condition.one} != {condition.other}"
    return f"{condition[0]} IN ({', '.join(map(quoted, condition[1]))})"


def quoted(value: str) -> str:
    """A text as SQL writes it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _place_of(source: Source, name: str) -> str:
    """Where a field is once a list is taken apart: in its elements first, as definitions.fields says."""
    if source.each is None:
        return name
    if name == source.each:
        return _OTHER
    return f"{_OTHER}.{name}" if name in (fields_of(source.topic)[source.each].items or {}) else name


def _whole(source: Source, name: str) -> str:
    if name == OCCURRED_ON:
        return f"CAST({floored('unix_micros(occurred_at)', DAY * 10**6)} AS string)"
    field, value = field_of(source.topic, source.each, name), _place_of(source, name)
    match field.kind if field is not None else None:
        case "fraction":
            return f"CAST(rint({value} * {MILLIONTHS}) AS bigint)"
        case "instant":
            return f"unix_micros({value})"
        case "flag" | "whole":
            return f"CAST({value} AS bigint)"
    return value
