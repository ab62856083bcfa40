"""Kafka's records of one topic to typed columns, by the decoder of every other door, on Spark's executors."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema

from tillstream.adapters.log import RECEIVED_AT, NewRecord, Record
from tillstream.adapters.log.records import NO_HEADERS
from tillstream.core.contracts import Topic, topic_named
from tillstream.data.lake.catalog import INSTANT, PLACE, contract_schema, definition_of
from tillstream.data.streaming.decoding import Columns, columns_of

_LETTER = pa.struct(
    [pa.field("key", pa.string()), pa.field("value", pa.binary()), pa.field("received_at_us", pa.string())]
)


def decoded(records: DataFrame, topic: Topic, log_id: str) -> DataFrame:
    """Each record as bronze has it; beside it `event`, its typed fields with place, or `letter` if it was refused."""
    schema = from_arrow_schema(_schema(topic), prefer_timestamp_ntz=False)
    return records.mapInArrow(_decoder(topic.name, log_id), schema)


def _schema(topic: Topic) -> pa.Schema:
    event = pa.struct([*contract_schema(topic), pa.field("received_at", INSTANT), *PLACE])
    bronze = definition_of(f"bronze.{topic.entity}").schema
    return pa.schema([*bronze, pa.field("event", event), pa.field("letter", _LETTER)])


def _decoder(topic_name: str, log_id: str) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def decode_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        topic = topic_named(topic_name)
        for batch in batches:
            if batch.num_rows:
                yield from _side_by_side(columns_of(topic, _records(topic, batch), log_id)).to_batches()

    return decode_batches


def _records(topic: Topic, batch: pa.RecordBatch) -> list[Record]:
    appended = batch["timestamp"].cast(pa.int64()).to_pylist()
    keys, values = batch["key"].to_pylist(), batch["value"].to_pylist()
    places = zip(batch["partition"].to_pylist(), batch["offset"].to_pylist(), strict=True)
    rows = zip(places, appended, keys, values, _headers(batch["headers"]), strict=True)
    return [
        Record(topic.name, partition, offset, at, (key or b"").decode(errors="replace"), value or b"", headers)
        for (partition, offset), at, key, value, headers in rows
    ]


def _headers(column: pa.ListArray) -> Iterator[Mapping[str, str]]:
    for headers in column.to_pylist():
        yield {one["key"]: one["value"].decode() for one in headers} if headers else NO_HEADERS


def _side_by_side(columns: Columns) -> pa.Table:
    event_of: list[int | None] = [None] * len(columns.bronze)
    for row, place in enumerate(columns.valid):
        event_of[place] = row
    taken = columns.incoming.take(pa.array(event_of, pa.int64())).combine_chunks()
    schema = _schema(columns.topic)
    kind = schema.field("event").type
    typed = [column.combine_chunks().cast(field.type) for column, field in zip(taken.columns, kind, strict=True)]
    refused = pa.array([row is None for row in event_of])
    events = pa.StructArray.from_arrays(typed, fields=list(kind), mask=refused)
    letters = iter(columns.dead_letters)
    beside = [_letter(next(letters)) if row is None else None for row in event_of]
    return pa.table([*columns.bronze.columns, events, pa.array(beside, _LETTER)], schema=schema)


def _letter(record: NewRecord) -> dict[str, object]:
    return {"key": record.key, "value": record.value, "received_at_us": record.headers.get(RECEIVED_AT)}
