"""One batch of one topic into its two tables, so that a repeated batch changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import WriterProperties

from tillstream.adapters.log import Record
from tillstream.core.contracts import Topic
from tillstream.data.batch.duckdb_session import open_session
from tillstream.data.batch.silver import silver_rows
from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.errors import OtherBytes, TableBehind
from tillstream.data.lake.writing import TableWriter
from tillstream.data.streaming.decoding import Columns

# LZ4 is the cheapest to write; compaction packs harder once the small files are merged.
FAST = WriterProperties(compression="LZ4_RAW")


@dataclass(frozen=True, slots=True)
class Landed:
    """Rows a batch added; fewer than it held where it came a second time."""

    bronze_rows: int
    silver_rows: int


class Landing:
    """Writers of all topics' tables, made when first used. Not for several threads."""

    def __init__(self, lake: Lake, log_id: str) -> None:
        self.lake, self._log_id = lake, log_id
        self._writers: dict[str, TableWriter] = {}
        self._session: duckdb.DuckDBPyConnection | None = None

    def land(self, columns: Columns, since: Mapping[int, int]) -> Landed:
        """Bronze, then silver. `since` says for each partition from which offset on the batch was read.

        Raises CommitConflict, TableBehind, OtherBytes.
        """
        topic = columns.topic
        bronze = self.writer(f"bronze.{topic.entity}")
        bronze.refresh()
        self._check_reach(bronze, topic, since)
        new = self._not_yet(bronze, topic, columns.bronze)
        if len(new) < len(columns.bronze):
            self._check_repeats(bronze, topic, columns.bronze)
        if len(new):
            bronze.append(new, self._positions(topic, columns.bronze))
        silver = self.writer(f"silver.{topic.entity}")
        silver.refresh()
        self._check_reach(silver, topic, since)
        if not len(self._not_yet(silver, topic, columns.bronze)):
            return Landed(len(new), 0)
        valid = self._not_yet(silver, topic, columns.incoming)
        rows = silver_rows(self._duckdb(), silver.definition, valid, silver.delta)
        silver.append(rows, self._positions(topic, columns.bronze))
        return Landed(len(new), len(rows))

    def position(self, layer: str, topic: Topic, partition: int) -> int:
        """The offset after the last one that the topic's table covers."""
        return self.writer(f"{layer}.{topic.entity}").position(self._application(topic, partition))

    def check_record(self, topic: Topic, record: Record) -> None:
        """Raises OtherBytes unless bronze holds exactly this record at its place, if it holds the place."""
        table = pa.table(
            {
                "log_partition": pa.array([record.partition], pa.int32()),
                "log_offset": pa.array([record.offset], pa.int64()),
                "key": [record.key],
                "value": pa.array([record.value], pa.binary()),
            }
        )
        self._check_repeats(self.writer(f"bronze.{topic.entity}"), topic, table)

    def writer(self, name: str) -> TableWriter:
        """The table's writer; the table is made if it is not there."""
        if name not in self._writers:
            self._writers[name] = TableWriter(self.lake, definition_of(name), FAST)
        return self._writers[name]

    def _check_reach(self, writer: TableWriter, topic: Topic, since: Mapping[int, int]) -> None:
        for partition, first in since.items():
            position = writer.position(self._application(topic, partition))
            if position < first:
                raise TableBehind(writer.definition.name, f"{topic.name}/{partition}", position, first)

    def _not_yet(self, writer: TableWriter, topic: Topic, rows: pa.Table) -> pa.Table:
        """Rows that lie at or after the table's position of their partition."""
        keep: Any = None
        for partition in _partitions(rows):
            position = writer.position(self._application(topic, partition))
            mine = pc.equal(rows["log_partition"], partition)
            if position > pc.min(rows["log_offset"].filter(mine)).as_py():
                covered = pc.and_(mine, pc.less(rows["log_offset"], position))
                keep = pc.invert(covered) if keep is None else pc.and_(keep, pc.invert(covered))
        return rows if keep is None else rows.filter(keep)

    def _positions(self, topic: Topic, rows: pa.Table) -> dict[str, int]:
        ends = rows.group_by("log_partition").aggregate([("log_offset", "max")]).to_pylist()
        return {self._application(topic, end["log_partition"]): end["log_offset_max"] + 1 for end in ends}

    def _check_repeats(self, bronze: TableWriter, topic: Topic, rows: pa.Table) -> None:
        """Compares rows with what bronze has at their places: Delta alone would drop them without a word."""
        dataset = bronze.delta.to_pyarrow_dataset()
        for partition in _partitions(rows):
            mine = rows.filter(pc.equal(rows["log_partition"], partition))
            span = pc.min_max(mine["log_offset"]).as_py()
            offset = pc.field("log_offset")
            where = (pc.field("log_id") == self._log_id) & (pc.field("log_partition") == partition)
            where &= (offset >= span["min"]) & (offset <= span["max"])
            there = dataset.to_table(columns=["log_offset", "key", "value"], filter=where).to_pydict()
            known = dict(zip(there["log_offset"], zip(there["key"], there["value"], strict=True), strict=True))
            for row in mine.select(["log_offset", "key", "value"]).to_pylist():
                found = known.get(row["log_offset"])
                if found is not None and found != (row["key"], row["value"]):
                    place = f"{topic.name}/{partition}/{row['log_offset']}"
                    raise OtherBytes(bronze.definition.name, place, row["value"], found[1])

    def _application(self, topic: Topic, partition: int) -> str:
        return f"{self._log_id}/{topic.name}/{partition}"

    def _duckdb(self) -> duckdb.DuckDBPyConnection:
        if self._session is None:
            self._session = open_session(self.lake.path / "_spill")
        return self._session


def _partitions(rows: pa.Table) -> Iterable[int]:
    partitions: list[int] = pc.unique(rows["log_partition"]).to_pylist()
    return partitions
