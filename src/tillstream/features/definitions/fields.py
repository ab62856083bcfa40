"""What a topic's contract says of the fields of its events: their kind, and whether they are personal."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, TypeAlias

from msgspec import inspect

from tillstream.core.contracts import TOPICS
from tillstream.core.contracts.fields import is_personal

FieldKind: TypeAlias = Literal["whole", "fraction", "flag", "instant", "text", "list"]
OCCURRED_ON: Final = "occurred_on"
"""Every event has it besides the fields of its contract: the UTC day, as text of whole days since 1970."""
MILLIONTHS: Final = 1_000_000
"""A fraction is counted in whole ones of these."""

_KINDS: Final[Mapping[type[Any], FieldKind]] = {
    inspect.IntType: "whole",
    inspect.FloatType: "fraction",
    inspect.BoolType: "flag",
    inspect.DateTimeType: "instant",
    inspect.StrType: "text",
    inspect.LiteralType: "text",
    inspect.ListType: "list",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `items` are the fields of a list's elements, empty where the elements are plain text."""

    kind: FieldKind
    personal: bool = False
    items: Mapping[str, "Field"] | None = None
    values: tuple[str, ...] = ()
    """The values a text may have, where the contract names them all."""


@cache
def fields_of(topic: str) -> Mapping[str, Field]:
    """The fields of a topic's events by name; none for a topic that there is not, or that holds no events."""
    known = TOPICS.get(topic)
    if known is None or known.contract is None:
        return {}
    return {**_fields(inspect.type_info(known.contract)), OCCURRED_ON: Field("text")}


def field_of(topic: str, each: str | None, name: str) -> Field | None:
    """The field that an aggregation over this source names; with `each` one of its elements comes first."""
    fields = fields_of(topic)
    if each is not None:
        if name == each:
            return Field("text")
        if (mine := (fields[each].items or {}).get(name)) is not None:
            return mine
    return fields.get(name)


def _fields(struct: Any) -> dict[str, Field]:
    found = {field.name: _field(field.type) for field in struct.fields}
    return {name: field for name, field in found.items() if field is not None}


def _field(kind: Any) -> Field | None:
    personal = False
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            personal = personal or is_personal(kind.extra)
            kind = kind.type
        else:
            kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    name = _KINDS.get(type(kind))
    if name is None:
        return None
    items = _fields(kind.item_type) if name == "list" and isinstance(kind.item_type, inspect.StructType) else None
    values = tuple(map(str, kind.values)) if isinstance(kind, inspect.LiteralType) else ()
    return Field(name, personal, items, values)
