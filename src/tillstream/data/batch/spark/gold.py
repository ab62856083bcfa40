"""Days of a gold table built by Spark, from the SQL that DuckDB runs.

Which days, and from where on, is data.batch.gold's to say: one rule and one progress file, whichever
engine built the days before.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame, SparkSession

from tillstream.data.batch.gold import days_around, listed
from tillstream.data.batch.inputs import Input
from tillstream.data.batch.spark.running import answer_of
from tillstream.data.batch.table_sql import TableSql
from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.spark.reading import as_table, rows_of, schema_of
from tillstream.data.lake.spark.writing import TableTransaction


class SparkDays:
    """Builds some days of a table and replaces them whole; see data.batch.gold.BuildDays."""

    def __init__(self, session: SparkSession, lake: Lake) -> None:
        self._session, self._lake = session, lake

    def __call__(self, table: TableSql, inputs: Mapping[str, Input], days: Sequence[date]) -> int:
        """How many rows the days have now; raises CommitConflict."""
        transaction = TableTransaction(self._session, self._lake, definition_of(table.name))
        relations = {name: self._frame(table, name, inputs[name], days) for name, _ in table.reads}
        chosen = f"day IN ({listed(days)})"
        with answer_of(self._session, table.query, relations) as built:
            # Small tables: one file a day, as the embedded set writes them.
            rows = as_table(built.where(chosen), table.name).repartition("day")
            return transaction.replace(rows, days)

    def _frame(self, table: TableSql, name: str, given: Input, days: Sequence[date]) -> DataFrame:
        definition = definition_of(f"silver.{name}")
        if given.delta is None:
            return self._session.createDataFrame([], schema_of(definition.name))
        if name in table.spans:
            return rows_of(self._session, given.delta, definition, ("in", days_around(days, table.spans[name])))
        return rows_of(self._session, given.delta, definition, ("<=", max(days)))
