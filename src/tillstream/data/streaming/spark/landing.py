"""One batch of one topic into its two tables by Spark, so that a repeated batch changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from pyarrow.compute import field
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import col, collect_set, count, lit, to_date

from tillstream.adapters.log import Record
from tillstream.adapters.spark.keeping import kept
from tillstream.core.contracts import Topic
from tillstream.data.batch.spark.silver import silver_rows
from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.errors import OtherBytes, TableBehind
from tillstream.data.lake.spark.reading import frame_of, schema_of
from tillstream.data.lake.spark.writing import TableTransaction
from tillstream.data.streaming.spark.decoding import decoded

_ROWS_OF_ONE_FILE = 25_000
"""A batch of a topic no larger than this is written by one task, so as one file a day."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which offsets of a partition a batch holds, and from where on it was read."""

    since: int
    first: int
    last: int
    records: int


@dataclass(frozen=True, slots=True)
class Landed:
    """Rows a batch added; fewer than it held where it came a second time."""

    bronze_rows: int
    silver_rows: int
    dead_letters: int


class Landing:
    """Lands batches of any topic; several threads may, each with its own topic.

    `send` takes the dead letters of a batch: their key, value, and received_at_us where it was given.
    """

    def __init__(self, lake: Lake, log_id: str, send: Callable[[DataFrame], None]) -> None:
        self._lake, self._log_id, self._send = lake, log_id, send

    def land(self, topic: Topic, records: DataFrame, spans: Mapping[int, Span]) -> Landed:
        """Bronze, then silver, then dead letters; raises CommitConflict, TableBehind, OtherBytes."""
        rows = decoded(records, topic, self._log_id)
        if sum(span.records for span in spans.values()) <= _ROWS_OF_ONE_FILE:
            rows = rows.coalesce(1)
        with kept(rows) as rows:
            facts = rows.agg(
                collect_set(to_date("event.occurred_at")).alias("days"), count("letter").alias("letters")
            ).collect()[0]
            bronze = self._append_bronze(topic, rows, spans)
            silver = self._append_silver(topic, rows, spans, facts["days"])
            if facts["letters"]:
                self._send(rows.where("letter IS NOT NULL").select("letter.*"))
            return Landed(bronze, silver, facts["letters"])

    def position(self, layer: str, topic: Topic, partition: int) -> int:
        """The offset after the last one that the topic's table covers."""
        name = f"{layer}.{topic.entity}"
        if not self._lake.exists(name):
            return 0
        return self._lake.delta(name).transaction_version(self._application(topic, partition)) or 0

    def check_record(self, topic: Topic, record: Record) -> None:
        """Raises OtherBytes unless bronze holds exactly this record at its place, if it holds the place."""
        name = f"bronze.{topic.entity}"
        place = (field("log_id") == self._log_id) & (field("log_partition") == record.partition)
        there = self._lake.arrow(name, ["key", "value"], place & (field("log_offset") == record.offset))
        for known in there.to_pylist():
            if known != {"key": record.key, "value": record.value}:
                raise OtherBytes(name, "/".join(map(str, record.place)), record.value, known["value"])

    def _append_bronze(self, topic: Topic, rows: DataFrame, spans: Mapping[int, Span]) -> int:
        table = self._open(rows.sparkSession, "bronze", topic)
        positions = self._reach(table, topic, spans)
        if any(positions[partition] > span.first for partition, span in spans.items()):
            self._check_repeats(topic, rows, spans)
        if all(positions[partition] > span.last for partition, span in spans.items()):
            return 0
        names = schema_of(table.definition.name).names
        return table.append(rows.select(names).where(_beyond(positions, spans)), self._positions(topic, spans))

    def _append_silver(self, topic: Topic, rows: DataFrame, spans: Mapping[int, Span], days: list[Any]) -> int:
        table = self._open(rows.sparkSession, "silver", topic)
        positions = self._reach(table, topic, spans)
        if all(positions[partition] > span.last for partition, span in spans.items()):
            return 0
        incoming = rows.where("event IS NOT NULL").where(_beyond(positions, spans)).select("event.*")
        with silver_rows(table.definition, incoming, days, table.delta) as found:
            return table.append(found, self._positions(topic, spans))

    def _reach(self, table: TableTransaction, topic: Topic, spans: Mapping[int, Span]) -> dict[int, int]:
        """The table's position of each partition; raises TableBehind where the batch would leave a hole."""
        positions = {partition: table.position(self._application(topic, partition)) for partition in spans}
        for partition, span in spans.items():
            if positions[partition] < span.since:
                place = f"{topic.name}/{partition}"
                raise TableBehind(table.definition.name, place, positions[partition], span.since)
        return positions

    def _check_repeats(self, topic: Topic, rows: DataFrame, spans: Mapping[int, Span]) -> None:
        """Compares rows with what bronze has at their places: Delta alone would drop them without a word."""
        name = f"bronze.{topic.entity}"
        first, last = min(span.first for span in spans.values()), max(span.last for span in spans.values())
        span = f"log_id = '{self._log_id}' AND log_offset BETWEEN {first} AND {last}"
        there = (
            frame_of(rows.sparkSession, self._lake, name, pruned_by=span)
            .where(span)
            .select("log_partition", "log_offset", col("key").alias("known_key"), col("value").alias("known_value"))
        )
        given = rows.select("log_partition", "log_offset", "key", "value")
        both = given.join(there, ["log_partition", "log_offset"])
        for other in both.where("key <> known_key OR value <> known_value").limit(1).collect():
            place = f"{topic.name}/{other['log_partition']}/{other['log_offset']}"
            raise OtherBytes(name, place, bytes(other["value"]), bytes(other["known_value"]))

    def _open(self, session: SparkSession, layer: str, topic: Topic) -> TableTransaction:
        return TableTransaction(session, self._lake, definition_of(f"{layer}.{topic.entity}"))

    def _positions(self, topic: Topic, spans: Mapping[int, Span]) -> dict[str, int]:
        return {self._application(topic, partition): span.last + 1 for partition, span in spans.items()}

    def _application(self, topic: Topic, partition: int) -> str:
        return f"{self._log_id}/{topic.name}/{partition}"


def _beyond(positions: Mapping[int, int], spans: Mapping[int, Span]) -> Column:
    """Holds for rows at or after their partition's position; of the event's place as of the record's."""
    covered = [
        (col("log_partition") == partition) & (col("log_offset") < positions[partition])
        for partition, span in spans.items()
        if positions[partition] > span.first
    ]
    return ~reduce(or_, covered) if covered else lit(True)
