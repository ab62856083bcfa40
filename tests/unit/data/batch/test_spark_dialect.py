"""DuckDB's SQL in Spark's words."""

import pytest

from tillstream.data.batch.spark.dialect import steps_of
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
    (answer,) = steps_of(duckdb)
    assert answer.sql == spark


@pytest.mark.parametrize("name", [name for name in table_names() if not name.startswith("bronze.")])
def test_every_table_has_words_in_spark(name):
    assert not any("UNNEST" in step.sql for step in steps_of(table_sql(name).query))


def test_a_step_knows_what_it_reads_and_how_often_it_is_read():
    first, second, answer = steps_of("WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT * FROM a, b")
    assert (first.name, first.reads, first.readers) == ("a", (), 2)
    assert (second.name, second.reads, second.readers) == ("b", ("a",), 1)
    assert (answer.name, answer.reads) == ("", ("a", "b"))
