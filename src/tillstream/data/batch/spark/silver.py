"""A typed batch to silver rows on Spark, by the table's own SQL."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date

from deltalake import DeltaTable
from pyspark.sql import DataFrame

from tillstream.data.batch.spark.running import answer_of
from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake import TableDefinition
from tillstream.data.lake.spark.reading import rows_of


def silver_rows(
    definition: TableDefinition, incoming: DataFrame, days: Sequence[date], delta: DeltaTable
) -> AbstractContextManager[DataFrame]:
    """The rows of `incoming`, which happened on `days`, that the table does not have, each event once.

    Reads two columns of those days, nothing else of the table.
    """
    session = incoming.sparkSession
    existing = rows_of(session, delta, definition, ("in", days)).select("event_id", "occurred_on")
    return answer_of(session, table_sql(definition.name).query, {"incoming": incoming, "existing": existing})
