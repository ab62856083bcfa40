"""Writing a table by Spark so that a repeated write changes nothing.

The protocol of data.lake.writing, commit by commit: the offset after the last row covered, per log
partition, as a Delta transaction `<log id>/<topic>/<partition>`. Spark's tasks write the files, through
the Scala classes that Delta's own writer uses; delta-rs commits them, as it does for every other writer
of the lake. Delta's commit from Spark looks whether the next version is there and then renames, which on
a local disk replaces it: a driver that was frozen between the two would undo its heir's commit.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

import pyarrow as pa
from deltalake import CommitProperties, Transaction
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, RemoveAction
from pyspark.sql import DataFrame, SparkSession

from tillstream.data.lake import Lake, TableDefinition
from tillstream.data.lake.errors import CommitConflict
from tillstream.data.lake.spark.reading import as_table
from tillstream.data.lake.writing import HOOKS, open_or_create

_REPLACED: Final = "replaced"
"""The application whose version every replacing commit moves, so that two at a time are in each other's way."""


class TableTransaction:
    """One commit to one table: positions are read in it, so that a writer who moved one since makes it fail."""

    def __init__(self, session: SparkSession, lake: Lake, definition: TableDefinition) -> None:
        self.definition = definition
        self._session, self._folder = session, lake.folder(definition.name).resolve()
        self.delta = open_or_create(lake, definition)
        self._read: dict[str, int] = {}

    def position(self, application: str) -> int:
        """The offset after the last one the table covers of that log partition; 0 at first."""
        return self._read.setdefault(application, self.delta.transaction_version(application) or 0)

    def append(self, rows: DataFrame, positions: Mapping[str, int]) -> int:
        """Appends the rows and moves the positions, both or neither; how many rows. Raises CommitConflict.

        Rows may be none: the positions move all the same. None ever moves back.
        """
        forward = {app: offset for app, offset in positions.items() if offset > self.position(app)}
        return self._commit(rows, [], forward)

    def replace(self, rows: DataFrame, days: Collection[date] | None = None) -> int:
        """Puts the rows in the place of all that the table had, or had on some days; how many. Raises CommitConflict.

        Positions stay. Ask for that of every log partition first: a writer who has moved one since then makes it
        fail. Of two that replace at the same time one fails.
        """
        gone = [self._removed(file) for file in self._files() if days is None or file["day"] in days]
        return self._commit(rows, gone, {_REPLACED: self.delta.version() + 1})

    def _commit(self, rows: DataFrame, removed: list[RemoveAction], forward: Mapping[str, int]) -> int:
        files = list(self._written(rows))
        # A position that was read is told again: the commit fails where somebody has moved it since. Files are
        # removed from the version they were read of or not at all: a compaction since would bring their rows back.
        told = [Transaction(app, offset) for app, offset in {**self._read, **forward}.items()]
        try:
            self.delta.create_write_transaction(
                [*removed, *(_added(file) for file in files)],
                "append",
                self.delta.schema(),
                [self.definition.partition],
                commit_properties=CommitProperties(app_transactions=told, max_commit_retries=0 if removed else None),
                post_commithook_properties=HOOKS,
            )
        except CommitFailedError as error:
            raise CommitConflict(self.definition.name, str(error)) from error
        return sum(int(json.loads(file["stats"])["numRecords"]) for file in files)

    def _written(self, rows: DataFrame) -> Iterator[dict[str, Any]]:
        """Writes the rows into the table's folder; what Delta's log would say of each file. Nobody reads them yet."""
        java = self._session._jvm
        log = java.org.apache.spark.sql.delta.DeltaLog.forTable(self._session._jsparkSession, str(self._folder))
        # Only the table's columns are asked of Delta, and those stay: the version it saw first will do.
        begun = log.startTransaction(java.scala.Option.empty(), java.scala.Some(log.unsafeVolatileSnapshot()))
        found = begun.writeFiles(as_table(rows, self.definition.name)._jdf).iterator()
        while found.hasNext():
            yield json.loads(found.next().json())["add"]

    def _files(self) -> list[dict[str, Any]]:
        """Path, bytes and day of each file that the table had when the transaction began."""
        known = pa.table(self.delta.get_add_actions(flatten=True))
        day = f"partition.{self.definition.partition}"
        found = known.select(["path", "size_bytes", day]).rename_columns(["path", "size", "day"])
        return list(found.to_pylist())

    def _removed(self, file: Mapping[str, Any]) -> RemoveAction:
        value = None if file["day"] is None else str(file["day"])
        return RemoveAction(
            file["path"], True, int(time.time() * 1000), file["size"], {self.definition.partition: value}
        )


def _added(file: Mapping[str, Any]) -> AddAction:
    return AddAction(file["path"], file["size"], file["partitionValues"], file["modificationTime"], True, file["stats"])
