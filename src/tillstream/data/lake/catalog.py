"""Every table of the lake: its columns with types and its partition.

Bronze and silver follow from the contracts. Instants are `timestamp[us, UTC]`: a naive one would
bring in a table feature that older readers of Delta do not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import msgspec
import pyarrow as pa
from msgspec import inspect

from tillstream.core.contracts import LAKE_TOPICS, Topic, topic_named
from tillstream.core.contracts.event import Event
from tillstream.core.errors import ContractError
from tillstream.data.lake.errors import UnknownTable
from tillstream.data.lake.gold_columns import GOLD_COLUMNS

INSTANT: Final = pa.timestamp("us", tz="UTC")
PLACE: Final = (
    pa.field("log_id", pa.string()),
    pa.field("log_partition", pa.int32()),
    pa.field("log_offset", pa.int64()),
)
PLACE_COLUMNS: Final = tuple(field.name for field in PLACE)
"""Where a row came from; left out of table hashes."""

_PLAIN: Final[Mapping[type[Any], pa.DataType]] = MappingProxyType(
    {
        inspect.StrType: pa.string(),
        inspect.IntType: pa.int64(),
        inspect.FloatType: pa.float64(),
        inspect.BoolType: pa.bool_(),
        inspect.DateTimeType: INSTANT,
        inspect.LiteralType: pa.string(),
        inspect.DictType: pa.string(),  # kept as JSON text
    }
)


JUDGED: Final[Mapping[str, tuple[pa.Field, ...]]] = MappingProxyType({"clicks": (pa.field("is_bot", pa.bool_()),)})
"""What a silver table's SQL says of an event beside the event's own fields."""


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table's name (`silver.clicks`), columns and the date column it is partitioned by."""

    name: str
    schema: pa.Schema
    partition: str

    @property
    def layer(self) -> str:
        """`bronze`, `silver` or `gold`."""
        return self.name.partition(".")[0]

    @property
    def entity(self) -> str:
        """The name without its layer."""
        return self.name.partition(".")[2]

    @property
    def place_columns(self) -> tuple[str, ...]:
        """Columns that hold the row's place in the log."""
        return tuple(name for name in PLACE_COLUMNS if name in self.schema.names)


@cache
def definition_of(name: str) -> TableDefinition:
    """The table's definition; raises UnknownTable with the names there are."""
    layer, _, entity = name.partition(".")
    if layer == "gold" and entity in GOLD_COLUMNS:
        return TableDefinition(name, pa.schema(list(GOLD_COLUMNS[entity].items())), "day")
    if layer in ("bronze", "silver") and f"{entity}.v1" in LAKE_TOPICS:
        topic = topic_named(entity)
        if layer == "bronze":
            return TableDefinition(name, _bronze_schema(), "received_on")
        return TableDefinition(name, _silver_schema(topic), "occurred_on")
    raise UnknownTable(name, table_names())


def table_names() -> tuple[str, ...]:
    """All tables, layer by layer."""
    entities = [topic_named(topic).entity for topic in LAKE_TOPICS]
    layers = {"bronze": entities, "silver": entities, "gold": list(GOLD_COLUMNS)}
    return tuple(f"{layer}.{entity}" for layer, names in layers.items() for entity in names)


@cache
def contract_schema(topic: Topic) -> pa.Schema:
    """The contract's fields as columns, in its order: what a decoded batch looks like."""
    return pa.schema([pa.field(field.name, _arrow_type(field.type)) for field in _fields(_contract(topic))])


@cache
def json_columns(topic: Topic) -> frozenset[str]:
    """The contract's free-form fields, which the lake keeps as JSON text."""
    return frozenset(
        field.name for field in _fields(_contract(topic)) if isinstance(_core(field.type), inspect.DictType)
    )


def _bronze_schema() -> pa.Schema:
    return pa.schema(
        [
            *PLACE,
            pa.field("key", pa.string()),
            pa.field("value", pa.binary()),
            pa.field("headers", pa.string()),  # JSON, null where there are none
            pa.field("appended_at", INSTANT),
            pa.field("received_at", INSTANT),
            pa.field("received_on", pa.date32()),
        ]
    )


def _silver_schema(topic: Topic) -> pa.Schema:
    event_id, occurred_at, *rest = contract_schema(topic)
    envelope = [event_id, occurred_at, pa.field("received_at", INSTANT)]
    judged = JUDGED.get(topic.entity, ())
    return pa.schema([*envelope, *rest, *judged, *PLACE, pa.field("occurred_on", pa.date32())])


def _contract(topic: Topic) -> type[Event]:
    if topic.contract is None:
        raise ContractError(f"{topic.name} holds no events, so it has no table")
    return topic.contract


def _fields(contract: type[Event] | type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    kind = inspect.type_info(contract)
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"{contract.__name__} is no struct")
    return kind.fields


def _core(kind: Any) -> Any:
    """The type without its metadata and without None."""
    if isinstance(kind, inspect.Metadata):
        return _core(kind.type)
    if isinstance(kind, inspect.UnionType):
        (kind,) = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
        return _core(kind)
    return kind


def _arrow_type(kind: Any) -> pa.DataType:
    kind = _core(kind)
    if isinstance(kind, inspect.ListType):
        return pa.list_(_arrow_type(kind.item_type))
    if isinstance(kind, inspect.StructType):
        return pa.struct([pa.field(field.name, _arrow_type(field.type)) for field in _fields(kind.cls)])
    try:
        return _PLAIN[type(kind)]
    except KeyError:
        raise TypeError(f"no column type for {kind}; add one to _PLAIN") from None
