"""Writing a table by Spark so that a repeated write changes nothing.

The protocol of data.lake.writing, commit by commit: the offset after the last row covered, per log
partition, as a Delta transaction `<log id>/<topic>/<partition>`. Delta's `txnAppId` and `txnVersion`
options hold one such pair a write, and ignore a write that is not newer; so the transaction is opened
by hand, through the same Scala classes that those options lead to.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from tillstream.data.lake import Lake, TableDefinition
from tillstream.data.lake.errors import CommitConflict
from tillstream.data.lake.spark.reading import as_table
from tillstream.data.lake.writing import open_or_create

_CONFLICTS = "io.delta.exceptions."


class TableTransaction:
    """One commit to one table: positions are read in it, so that a writer who moved one since makes it fail."""

    def __init__(self, session: SparkSession, lake: Lake, definition: TableDefinition) -> None:
        self.definition = definition
        if not lake.exists(definition.name):
            open_or_create(lake, definition)
        self._java = session._jvm
        delta = self._java.org.apache.spark.sql.delta
        path = str(lake.folder(definition.name).resolve())
        self._open = delta.DeltaLog.forTable(session._jsparkSession, path).startTransaction()
        # Not before: what is read here is no older than the transaction, so what moved since makes it fail.
        self.delta = lake.delta(definition.name)

    def position(self, application: str) -> int:
        """The offset after the last one the table covers of that log partition; 0 at first.

        Spark's own `txnVersion` notes the same read, but rebuilds the table's state in three jobs to answer.
        """
        self._open.readTxn().addOne(application)
        return self.delta.transaction_version(application) or 0

    def append(self, rows: DataFrame, positions: Mapping[str, int]) -> int:
        """Appends the rows and moves the positions, both or neither; how many rows. Raises CommitConflict.

        Rows may be none: the positions move all the same. None ever moves back.
        """
        forward = {app: offset for app, offset in positions.items() if offset > self.position(app)}
        return self._commit(rows, [self._set_transaction(app, offset) for app, offset in forward.items()], "Append")

    def replace(self, rows: DataFrame) -> int:
        """Puts the rows in the place of all that the table had; positions stay; how many rows. Raises CommitConflict.

        Ask for the position of every log partition first: a writer who has moved one since then makes it fail.
        """
        gone = [file.remove() for file in _items(self._open.filterFiles())]
        return self._commit(rows, gone, "Overwrite")

    def _commit(self, rows: DataFrame, others: list[Any], mode: str) -> int:
        files = list(_items(self._open.writeFiles(as_table(rows, self.definition.name)._jdf)))
        try:
            self._open.commit(self._sequence([*others, *files]), self._operation(mode))
        except Py4JJavaError as error:
            kind = error.java_exception.getClass().getName()
            if kind.startswith(_CONFLICTS):
                raise CommitConflict(self.definition.name, kind.rpartition(".")[2]) from error
            raise
        return sum(int(json.loads(file.stats())["numRecords"]) for file in files)

    def _set_transaction(self, application: str, offset: int) -> Any:
        now_ms = self._java.scala.Some(int(time.time() * 1000))
        return self._java.org.apache.spark.sql.delta.actions.SetTransaction(application, offset, now_ms)

    def _operation(self, mode: str) -> Any:
        how = self._java.org.apache.spark.sql.SaveMode.valueOf(mode)
        return self._java.org.apache.spark.sql.delta.DeltaOperations.Write(how, *[self._java.scala.Option.empty()] * 8)

    def _sequence(self, actions: list[Any]) -> Any:
        listed = self._java.java.util.ArrayList()
        for action in actions:
            listed.add(action)
        return self._java.scala.jdk.javaapi.CollectionConverters.asScala(listed).toSeq()


def _items(sequence: Any) -> Any:
    iterator = sequence.iterator()
    while iterator.hasNext():
        yield iterator.next()
