"""Tables of the lake as frames."""

from functools import cache

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from tillstream.data.lake import Lake, definition_of


@cache
def schema_of(name: str) -> StructType:
    """The table's columns in Spark's types; instants are with a zone."""
    schema: StructType = from_arrow_schema(definition_of(name).schema, prefer_timestamp_ntz=False)
    return schema


def frame_of(session: SparkSession, lake: Lake, name: str) -> DataFrame:
    """The table as it is now; empty, with its columns, if nobody has written to it."""
    if not lake.exists(name):
        return session.createDataFrame([], schema_of(name))
    return session.read.format("delta").load(str(lake.folder(name).resolve()))


def as_table(rows: DataFrame, name: str) -> DataFrame:
    """The rows in the table's order of columns and in its types."""
    return rows.select([col(field.name).cast(field.dataType).alias(field.name) for field in schema_of(name)])
