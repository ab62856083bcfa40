"""Rows into events: one frame of topic, time, line and JSON, in the order received."""

import re
from typing import Any

import msgspec
import polars as pl

from tillstream.core.contracts import Topic, topic_named
from tillstream.core.contracts.money import OrderLine
from tillstream.core.errors import MappingError
from tillstream.data.sources.replay.mapping import Feed, Field, Mapping, micros_of
from tillstream.data.sources.replay.reading import AT, LINE, need, with_times

ELEMENT = "element"
ROW = "source row"
OUT = ("topic", "received_at_us", LINE, "value", "row")


def shape(rows: pl.DataFrame, mapping: Mapping, *, name: str) -> pl.DataFrame:
    """Every event of the file: `topic`, `received_at_us`, `line`, `value` (its JSON), `row` (its source as JSON).

    Sorted by received_at, then feed, then line. `received_at_us` is null where the row has no time that
    can be read. Raises MappingError for a column or field that does not exist.
    """
    timed = with_times(rows, mapping.clock)
    frames = [_shape_feed(timed, feed, mapping, place, name) for place, feed in enumerate(mapping.feed)]
    return pl.concat(frames).sort("received_at_us", "feed", LINE, maintain_order=True).select(OUT)


def _shape_feed(rows: pl.DataFrame, feed: Feed, mapping: Mapping, place: int, name: str) -> pl.DataFrame:
    topic = topic_named(feed.topic)
    kinds = _kinds(topic)
    if unknown := [field for field in feed.fields if field not in kinds]:
        raise MappingError(f"{topic.name} has no field {', '.join(unknown)}; it has {', '.join(kinds)}")
    rows = _rows_of(rows, feed, mapping)
    fields = {"event_id": Field(template=_default_id(feed, place, name))} | {
        field: Field(column=given) if isinstance(given, str) else given for field, given in feed.fields.items()
    }
    columns = [column for column in rows.columns if column not in (LINE, AT)]
    valued = rows.select(
        LINE,
        AT,
        *feed.by,
        pl.struct(columns).alias(ROW),
        *(_expression(rows, field, kinds[of]).alias(f"field:{of}") for of, field in fields.items()),
    )
    if feed.each == "group":
        valued = valued.group_by(feed.by, maintain_order=True).agg(
            pl.col(LINE, AT).first(), pl.col(ROW), *(_over_group(of, field) for of, field in fields.items())
        )
    happened = pl.col(AT) + micros_of(feed.after)
    occurred = pl.from_epoch(happened, time_unit="us").dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").alias("occurred_at")
    return valued.select(
        pl.lit(topic.name).alias("topic"),
        (happened + micros_of(feed.lag)).alias("received_at_us"),
        pl.lit(place).alias("feed"),
        pl.col(LINE),
        pl.struct(occurred, *(pl.col(f"field:{of}").alias(of) for of in fields)).struct.json_encode().alias("value"),
        pl.struct(ROW).struct.json_encode().alias("row"),
    )


def _rows_of(rows: pl.DataFrame, feed: Feed, mapping: Mapping) -> pl.DataFrame:
    """The rows that make the feed's events: filtered, one an element, or the first of each kind."""
    need(rows, [*feed.by, *feed.where, *([feed.of] if feed.of else [])], f"a feed of {feed.topic}")
    for column, value in feed.where.items():
        rows = rows.filter(pl.col(column).cast(pl.String) == str(value))
    if feed.of:
        rows = _elements(rows, feed.of, mapping)
    if feed.each == "first":
        rows = rows.unique(feed.by, keep="first", maintain_order=True)
    return rows


def _elements(rows: pl.DataFrame, column: str, mapping: Mapping) -> pl.DataFrame:
    if not isinstance(rows.schema[column], pl.List):
        raise MappingError(f"column {column} is no list; give its separator under [source] split")
    step_us = round(mapping.clock.element_seconds * 1e6)
    return (
        rows.with_columns(pl.int_ranges(pl.col(column).list.len()).alias(ELEMENT))
        .explode(column, ELEMENT)
        .filter(pl.col(column).is_not_null())
        .with_columns(pl.col(AT) + pl.col(ELEMENT) * step_us)
    )


def _over_group(of: str, field: Field) -> pl.Expr:
    column = pl.col(f"field:{of}")
    if field.list_of is not None:
        return column
    return column.sum() if field.sum else column.first()


def _expression(rows: pl.DataFrame, field: Field, kind: str) -> pl.Expr:
    """A field's column; a value that does not fit its type becomes null, which the contract then judges."""
    if field.list_of is not None:
        given = {name: Field(column=one) if isinstance(one, str) else one for name, one in field.list_of.items()}
        lines = _struct_kinds(OrderLine)
        if unknown := [name for name in given if name not in lines]:
            raise MappingError(f"a line has no {', '.join(unknown)}; it has {', '.join(lines)}")
        return pl.struct(_expression(rows, one, lines[name]).alias(name) for name, one in given.items())
    if field.template is not None:
        value = _template(rows, field.template)
    elif field.column is not None:
        need(rows, [field.column, *([field.divided_by] if field.divided_by else [])], "a field")
        value = _scaled(field)
    else:
        value = pl.lit(field.constant)
    if field.map is not None:
        value = value.cast(pl.String).replace_strict(field.map, default=None)
    if field.prefix:
        value = pl.lit(field.prefix) + value.cast(pl.String)
    return _as_kind(value, kind)


def _scaled(field: Field) -> pl.Expr:
    value = pl.col(field.column or "")
    if field.times is None and field.divided_by is None:
        return value
    value = value.cast(pl.Float64, strict=False)
    if field.divided_by is not None:
        value = value / pl.col(field.divided_by).cast(pl.Float64, strict=False)
    return value * (field.times if field.times is not None else 1.0)


_NAMES = re.compile(r"\{([^{}]+)\}")


def _template(rows: pl.DataFrame, template: str) -> pl.Expr:
    names = _NAMES.findall(template)
    need(rows, names, f"template {template!r}")
    return pl.format(_NAMES.sub("{}", template), *(pl.col(name).cast(pl.String) for name in names))


def _default_id(feed: Feed, place: int, name: str) -> str:
    return f"{name}-{place}-{{{LINE}}}" + (f"-{{{ELEMENT}}}" if feed.of and feed.each == "element" else "")


def _as_kind(value: pl.Expr, kind: str) -> pl.Expr:
    if kind == "int":
        return value.cast(pl.Float64, strict=False).round().cast(pl.Int64, strict=False)
    if kind == "float":
        return value.cast(pl.Float64, strict=False)
    if kind == "bool":
        return value.cast(pl.String).str.to_lowercase().is_in(["true", "1", "yes"])
    return value.cast(pl.String) if kind == "str" else value


def _kinds(topic: Topic) -> dict[str, str]:
    """Every field of a topic's contract but its time, with the kind of value it takes."""
    if topic.contract is None:
        raise MappingError(f"{topic.name} is Tillstream's own; a mapping feeds source topics")
    return {name: kind for name, kind in _struct_kinds(topic.contract).items() if name != "occurred_at"}


def _struct_kinds(contract: type[msgspec.Struct]) -> dict[str, str]:
    info = msgspec.inspect.type_info(contract)
    return {one.encode_name: _kind(one.type) for one in info.fields}  # type: ignore[attr-defined]


def _kind(kind: Any) -> str:
    while isinstance(kind, msgspec.inspect.Metadata):
        kind = kind.type
    if isinstance(kind, msgspec.inspect.UnionType):
        return next(_kind(one) for one in kind.types if not isinstance(one, msgspec.inspect.NoneType))
    names: dict[type, str] = {
        msgspec.inspect.IntType: "int",
        msgspec.inspect.FloatType: "float",
        msgspec.inspect.BoolType: "bool",
        msgspec.inspect.StrType: "str",
        msgspec.inspect.LiteralType: "str",
    }
    return names.get(type(kind), "other")
