"""Silver built anew from bronze by Spark; see the embedded set's rebuilding."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import reduce
from operator import or_
from typing import TypeAlias

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import col, lit
from pyspark.sql.functions import min as smallest
from pyspark.sql.pandas.types import from_arrow_schema

from tillstream.core.contracts import Topic, topic_named
from tillstream.data.batch.gold import Built
from tillstream.data.batch.inputs import Input
from tillstream.data.batch.progress import forget_positions
from tillstream.data.batch.spark.running import answer_of
from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.catalog import INSTANT, PLACE, contract_schema
from tillstream.data.lake.spark.reading import frame_of, schema_of
from tillstream.data.lake.spark.writing import TableTransaction
from tillstream.data.lake.writing import open_or_create
from tillstream.data.streaming.bronze import BRONZE_COLUMNS, bronze_records
from tillstream.data.streaming.decoding import columns_of

Covered: TypeAlias = Mapping[tuple[str, int], int]
"""For each log and partition the offset after the last one that silver covers."""


def rebuild_silver(session: SparkSession, lake: Lake, name: str) -> Built:
    """Replaces the table's rows by those that bronze gives now, in one commit; its positions stay.

    Only what the table had covered is read, so a lake job may go on meanwhile. Gold tables that read
    it start anew with their next build. Raises CommitConflict if another writer was in the way: run it again.
    """
    started, definition = time.monotonic(), definition_of(name)
    topic = topic_named(definition.entity)
    if not lake.exists(f"bronze.{topic.entity}"):
        return Built(name, 0, 0, 0.0)
    open_or_create(lake, definition)  # with the columns it has by now
    table = TableTransaction(session, lake, definition)
    logs, places = _logs(session, lake, topic)
    covered = {(log, part): table.position(f"{log}/{topic.name}/{part}") for log, part in places}
    incoming = _decoded(session, lake, topic, covered).persist(StorageLevel.MEMORY_AND_DISK)
    rebuilt = session.createDataFrame([], schema_of(name))
    try:
        with ExitStack() as views:
            # A later log holds copies of what an earlier one had: the first log's count.
            for log in logs:
                relations = {"incoming": incoming.where(col("log_id") == lit(log)), "existing": rebuilt}
                rows = views.enter_context(answer_of(session, table_sql(name).query, relations))
                rebuilt = rebuilt.unionByName(rows)
            forget_positions(lake, topic.entity)
            rows = table.replace(rebuilt.repartition(definition.partition))  # one file a day
        forget_positions(lake, topic.entity)
    finally:
        incoming.unpersist()
    days = Input.open(lake, topic.entity).days()
    return Built(name, len(days), rows, round(time.monotonic() - started, 3))


def _logs(session: SparkSession, lake: Lake, topic: Topic) -> tuple[list[str], list[tuple[str, int]]]:
    """The logs that bronze is of, the oldest first, and the partitions of each."""
    bronze = frame_of(session, lake, f"bronze.{topic.entity}")
    found = bronze.groupBy("log_id", "log_partition").agg(smallest("appended_at").alias("first")).collect()
    oldest = sorted((row["first"], row["log_id"]) for row in found)
    logs = list(dict.fromkeys(log_id for _, log_id in oldest))
    return logs, [(row["log_id"], row["log_partition"]) for row in found]


def _decoded(session: SparkSession, lake: Lake, topic: Topic, covered: Covered) -> DataFrame:
    """The valid events of all of bronze that silver covers, typed, with their place."""
    there = [
        (col("log_id") == lit(log)) & (col("log_partition") == part) & (col("log_offset") < offset)
        for (log, part), offset in covered.items()
    ]
    below: Column = reduce(or_, there, lit(False))
    bronze = frame_of(session, lake, f"bronze.{topic.entity}").where(below).select(BRONZE_COLUMNS)
    schema = pa.schema([*contract_schema(topic), pa.field("received_at", INSTANT), *PLACE])
    return bronze.mapInArrow(_decoder(topic.name), from_arrow_schema(schema, prefer_timestamp_ntz=False))


def _decoder(topic_name: str) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def decode_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        topic = topic_named(topic_name)
        for batch in batches:
            for log_id, records in bronze_records(topic, batch).items():
                yield from columns_of(topic, records, log_id).incoming.to_batches()

    return decode_batches
