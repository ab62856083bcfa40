"""A table's SQL, written in DuckDB's words, run by Spark."""

from collections.abc import Mapping
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession

from tillstream.data.batch.spark.dialect import in_spark_sql


def run(session: SparkSession, query: str, relations: Mapping[str, DataFrame]) -> DataFrame:
    """The query over these relations; several threads may run queries in one session."""
    mark = uuid4().hex[:12]
    names = {name: f"{name}_{mark}" for name in relations}
    given = ", ".join(f"{name} AS (SELECT * FROM {view})" for name, view in names.items())
    for name, rows in relations.items():
        rows.createOrReplaceTempView(names[name])
    try:
        return session.sql(f"WITH {given} SELECT * FROM ({in_spark_sql(query)})")
    finally:
        # The answer holds the plans of its relations, not their names.
        for view in names.values():
            session.catalog.dropTempView(view)
