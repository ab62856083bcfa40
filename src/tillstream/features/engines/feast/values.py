"""Values in Feast's types, which hold all of ours: whole numbers, fractions, text, lists of them, counts by text."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from feast.protos.feast.types.Value_pb2 import Int64List, Map, StringList, Value
from feast.types import Array, FeastType, Float64, Int64, String
from feast.types import Map as MapType

from tillstream.features.value_kinds import ValueKind

TYPES: Final[Mapping[ValueKind, FeastType]] = {
    "whole": Int64,
    "fraction": Float64,
    "text": String,
    "wholes": Array(Int64),
    "texts": Array(String),
    "counts": MapType,
}

_MAKERS: Final[Mapping[ValueKind, Callable[[Any], Any]]] = {
    "whole": lambda value: Value(int64_val=value),
    "fraction": lambda value: Value(double_val=value),
    "text": lambda value: Value(string_val=value),
    "wholes": lambda value: Value(int64_list_val=Int64List(val=value)),
    "texts": lambda value: Value(string_list_val=StringList(val=value)),
    "counts": lambda value: Value(map_val=Map(val={name: Value(int64_val=count) for name, count in value.items()})),
}


def message_of(kind: ValueKind, value: Any) -> Any:
    """The value as Feast's message; an empty one, which reads as None, where it is missing."""
    return Value() if value is None else _MAKERS[kind](value)
