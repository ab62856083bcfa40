"""Tables of the lake as frames."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from deltalake import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from tillstream.data.lake import Lake, TableDefinition, definition_of


@cache
def schema_of(name: str) -> StructType:
    """The table's columns in Spark's types; instants are with a zone."""
    schema: StructType = from_arrow_schema(definition_of(name).schema, prefer_timestamp_ntz=False)
    return schema


def frame_of(session: SparkSession, lake: Lake, name: str, pruned_by: str | None = None) -> DataFrame:
    """The table as it is now; empty, with its columns, if nobody has written to it.

    Files that can hold no row for which the SQL `pruned_by` is true are left out; other rows may still come.
    """
    if not lake.exists(name):
        return session.createDataFrame([], schema_of(name))
    delta = lake.delta(name)
    return _frame(session, delta, definition_of(name), delta.file_uris(file_pruning_predicate=pruned_by))


def rows_of(
    session: SparkSession, delta: DeltaTable, definition: TableDefinition, days: tuple[str, date | Sequence[date]]
) -> DataFrame:
    """The rows of some days (`("in", days)`, `("<=", day)`), at the version that `delta` holds."""
    comparison, value = days
    asked = [] if comparison == "in" and not value else [(definition.partition, comparison, value)]
    files = delta.file_uris(file_pruning_predicate=asked) if asked else []
    return _frame(session, delta, definition, files)


def _frame(session: SparkSession, delta: DeltaTable, definition: TableDefinition, files: list[str]) -> DataFrame:
    """What these files hold.

    Which files a table has is asked of delta-rs: Spark would rebuild the table's state in jobs of its own for it.
    Reader version 1 knows nothing that would make a file more than its rows.
    """
    schema = schema_of(definition.name)
    if not files:
        return session.createDataFrame([], schema)
    return session.read.schema(schema).option("basePath", delta.table_uri).parquet(*files)


def as_table(rows: DataFrame, name: str) -> DataFrame:
    """The rows in the table's order of columns and in its types."""
    return rows.select([col(field.name).cast(field.dataType).alias(field.name) for field in schema_of(name)])
