"""Rows of bronze as the records they were, to be decoded anew."""

from typing import Final

import msgspec
import pyarrow as pa

from tillstream.adapters.log import Record
from tillstream.adapters.log.records import NO_HEADERS
from tillstream.core.contracts import Topic

BRONZE_COLUMNS: Final = ["log_id", "log_partition", "log_offset", "appended_at", "key", "value", "headers"]
"""What of a row makes the record."""


def bronze_records(topic: Topic, rows: pa.RecordBatch) -> dict[str, list[Record]]:
    """The records of each log, in the order of the rows, which have these columns."""
    by_log: dict[str, list[Record]] = {}
    appended = rows["appended_at"].cast(pa.int64())
    columns = [appended if name == "appended_at" else rows[name] for name in BRONZE_COLUMNS]
    for log_id, *row in zip(*(column.to_pylist() for column in columns), strict=True):
        by_log.setdefault(log_id, []).append(_record(topic, *row))
    return by_log


def _record(
    topic: Topic, partition: int, offset: int, appended_us: int, key: str, value: bytes, headers: str | None
) -> Record:
    given = msgspec.json.decode(headers) if headers else NO_HEADERS
    return Record(topic.name, partition, offset, appended_us, key, value, given)
