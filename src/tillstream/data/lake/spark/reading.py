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


def frame_of(session: SparkSession, lake: Lake, name: str) -> DataFrame:
    """The table as it is now; empty, with its columns, if nobody has written to it."""
    if not lake.exists(name):
        return session.createDataFrame([], schema_of(name))
    return rows_of(session, lake.delta(name), definition_of(name))


def rows_of(
    session: SparkSession,
    delta: DeltaTable,
    definition: TableDefinition,
    days: tuple[str, date | Sequence[date]] | None = None,
) -> DataFrame:
    """The rows, or those of some days (`("in", days)`, `("<=", day)`), at the version that `delta` holds.

    Which files these are is asked of delta-rs: Spark would rebuild the table's state in jobs of its own for it.
    Reader version 1 knows nothing that would make a file more than its rows.
    """
    schema = schema_of(definition.name)
    nothing = days is not None and days[0] == "in" and not days[1]
    files = [] if nothing else delta.file_uris(file_pruning_predicate=days and [(definition.partition, *days)])
    if not files:
        return session.createDataFrame([], schema)
    return session.read.schema(schema).option("basePath", delta.table_uri).parquet(*files)


def as_table(rows: DataFrame, name: str) -> DataFrame:
    """The rows in the table's order of columns and in its types."""
    return rows.select([col(field.name).cast(field.dataType).alias(field.name) for field in schema_of(name)])
