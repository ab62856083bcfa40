"""The SQL files: headers, columns, and the same text for Spark."""

from importlib import resources

import duckdb
import pytest
import sqlglot

from tillstream.data.batch.table_sql import BadHeader, parse, table_sql
from tillstream.data.lake import definition_of, table_names

TABLES = [name for name in table_names() if not name.startswith("bronze.")]


def _empty_inputs(session, table):
    for name, reading in table.reads:
        schema = definition_of(f"silver.{name}" if reading != "batch" else table.name).schema
        session.register(name, schema.empty_table())


@pytest.mark.parametrize("name", TABLES)
def test_a_query_gives_the_columns_of_its_table(name):
    table, definition = table_sql(name), definition_of(name)
    with duckdb.connect() as session:
        _empty_inputs(session, table)
        found = session.sql(table.query).to_arrow_table()
    assert found.column_names == definition.schema.names
    assert found.cast(definition.schema) is not None


@pytest.mark.parametrize("name", TABLES)
def test_a_query_turns_into_spark_sql_that_parses(name):
    spark = sqlglot.transpile(
        table_sql(name).query, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert len(spark) == 1
    assert sqlglot.parse_one(spark[0], read="spark") is not None


@pytest.mark.parametrize("name", TABLES)
def test_a_header_says_the_key_and_the_partition(name):
    table, definition = table_sql(name), definition_of(name)
    assert table.partition == definition.partition
    assert set(table.key) <= set(definition.schema.names)
    assert table.owner
    assert table.sentence.endswith(".")


def test_there_is_no_sql_file_without_a_table():
    root = resources.files("tillstream.data.batch") / "sql"
    files = {f"{layer.name}.{file.name.removesuffix('.sql')}" for layer in root.iterdir() for file in layer.iterdir()}
    assert files == set(TABLES)


def test_a_header_that_lacks_a_line_is_refused_with_the_line():
    with pytest.raises(BadHeader, match="lacks owner"):
        parse(
            "silver.x", "-- table: silver.x\n-- key: a\n-- partition: b\n-- grows: append\n-- reads: c\n-- X.\nSELECT 1"
        )
