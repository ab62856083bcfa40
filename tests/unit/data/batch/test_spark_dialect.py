"""DuckDB's SQL in Spark's words."""

import pytest

from tillstream.data.batch.spark.dialect import in_spark_sql
from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake import table_names


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("SELECT xs[1] FROM t", "SELECT GET(xs, 0) FROM t"),
        ("SELECT xs[place] FROM t", "SELECT GET(xs, (place) - 1) FROM t"),
    ],
)
def test_a_list_is_counted_from_one_and_has_nothing_beyond_its_end(duckdb, spark):
    assert in_spark_sql(duckdb) == spark


@pytest.mark.parametrize("name", [name for name in table_names() if not name.startswith("bronze.")])
def test_every_table_has_words_in_spark(name):
    assert "UNNEST" not in in_spark_sql(table_sql(name).query)
