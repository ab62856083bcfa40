"""A typed batch to silver rows on Spark, by the table's own SQL."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql.functions import col

from tillstream.data.batch.spark.running import run
from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake import Lake, TableDefinition
from tillstream.data.lake.spark.reading import frame_of


def silver_rows(lake: Lake, definition: TableDefinition, incoming: DataFrame, days: Sequence[date]) -> DataFrame:
    """The rows of `incoming`, which happened on `days`, that the table does not have, each event once.

    Reads two columns of those days, nothing else of the table.
    """
    session = incoming.sparkSession
    existing = frame_of(session, lake, definition.name).where(col("occurred_on").isin(list(days)))
    relations = {"incoming": incoming, "existing": existing.select("event_id", "occurred_on")}
    return run(session, table_sql(definition.name).query, relations)
