"""The mapping language: what one event is, which topics it feeds, where each field comes from."""

from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from tillstream.core.errors import MappingError

SHIPPED = ("diginetica", "fraud_handbook", "tafeng")


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the mapping; an unknown key is an error."""


class Source(_Table, frozen=True):
    """How the file is read. `format` is told by the suffix unless given."""

    format: Literal["csv", "jsonl", "parquet", "lines"] | None = None
    separator: str = ","
    split: dict[str, str] = {}
    """Columns of text that hold several elements, and what stands between them."""


class Clock(_Table, frozen=True):
    """When a row happened: a column, or a synthetic clock where the log has none.

    `unit` is for numbers (seconds, milliseconds or microseconds since 1970), `format` for text
    (`number` where the text is one), `zone` for times without an offset. A synthetic clock begins at
    `start` and goes on by `row_seconds` a row and `element_seconds` an element.
    """

    column: str | None = None
    format: str | None = None
    zone: str = "UTC"
    unit: Literal["s", "ms", "us"] = "s"
    start: str | None = None
    row_seconds: float = 60.0
    element_seconds: float = 30.0
    shift: Literal["now", "none"] = "none"
    """`now` moves all times so that the last event is received now."""


class Field(_Table, frozen=True):
    """Where a field's value comes from: exactly one of the first four.

    Numbers may be scaled (`times`, `divided_by` a column), summed over a group, or looked up (`map`).
    """

    column: str | None = None
    constant: Any = None
    template: str | None = None
    """Text with {COLUMN}, {line} (from 1) and {element} (from 0)."""
    list_of: dict[str, "str | Field"] | None = None
    """One object a row of the group, in file order."""
    times: float | None = None
    divided_by: str | None = None
    sum: bool = False
    map: dict[str, Any] | None = None
    prefix: str = ""


class Feed(_Table, frozen=True):
    """One kind of event that the file feeds.

    `each` says what one event is: a row, a group of rows with equal `by`, the first row of each such
    group, or an element of the list in column `of`. `where` keeps rows whose column has that value.
    """

    topic: str
    fields: dict[str, str | Field]
    each: Literal["row", "group", "first", "element"] = "row"
    by: list[str] = []
    of: str | None = None
    where: dict[str, Any] = {}
    after: str = "0s"
    """How long after the row's time the event happened: 90s, 15m, 6h, 7d."""
    lag: str = "0s"
    """How long after it happened it was received."""


class Mapping(_Table, frozen=True):
    """A whole mapping."""

    feed: list[Feed]
    source: Source = Source()
    clock: Clock = Clock()


def load_mapping(name_or_path: str) -> Mapping:
    """A shipped mapping by name, or a file; raises MappingError that names the key that is wrong."""
    if name_or_path in SHIPPED:
        text = (resources.files(__package__) / "mappings" / f"{name_or_path}.toml").read_bytes()
    elif Path(name_or_path).is_file():
        text = Path(name_or_path).read_bytes()
    else:
        raise MappingError(f"no mapping {name_or_path!r}: name a TOML file or one of {', '.join(SHIPPED)}")
    return parse_mapping(text, name_or_path)


def parse_mapping(text: bytes, name: str) -> Mapping:
    """The mapping in TOML text; raises MappingError."""
    try:
        mapping = msgspec.toml.decode(text, type=Mapping)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MappingError(f"{name}: {error}; see docs/howto/real-logs.md") from error
    for feed in mapping.feed:
        if feed.each in ("group", "first") and not feed.by:
            raise MappingError(f"{name}: a feed of {feed.topic} with each = {feed.each!r} needs `by = [columns]`")
        if feed.each == "element" and not feed.of:
            raise MappingError(f"{name}: a feed of {feed.topic} with each = 'element' needs `of = column`")
    if (mapping.clock.column is None) == (mapping.clock.start is None):
        raise MappingError(f"{name}: [clock] needs either `column` or `start` (a synthetic clock)")
    return mapping


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def micros_of(duration: str) -> int:
    """`90s`, `15m`, `6h`, `7d` as microseconds; raises MappingError."""
    number, unit = duration[:-1], duration[-1:]
    if unit not in _UNITS or not number.replace(".", "", 1).isdigit():
        raise MappingError(f"a duration is a number and one of s m h d, got {duration!r}")
    return round(float(number) * _UNITS[unit] * 1e6)
