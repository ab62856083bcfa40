"""Any SQL over the lake's tables: `silver.clicks` and `silver_clicks` name the same."""

import duckdb
import pyarrow as pa

from tillstream.data.batch.duckdb_session import open_session
from tillstream.data.lake import Lake, definition_of, table_names
from tillstream.data.lake.errors import LakeError

_QUESTIONS = ([duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN])


class QueryFailed(LakeError):
    """DuckDB refused the query; its own words are in the message."""


def query(lake: Lake, sql: str, *, limit: int | None = None) -> pa.Table:
    """The answer, instants in UTC; a table that is not there yet is empty. Raises QueryFailed."""
    with open_session(lake.path / "_spill") as session:
        for layer in ("bronze", "silver", "gold"):
            session.execute(f"CREATE SCHEMA {layer}")
        for name in table_names():
            definition = definition_of(name)
            flat = f"{definition.layer}_{definition.entity}"
            session.register(flat, lake.dataset(name))
            session.execute(f"CREATE VIEW {name} AS SELECT * FROM {flat}")
        try:
            if [one.type for one in session.extract_statements(sql)] not in _QUESTIONS:
                raise QueryFailed("give one SELECT: the lake is read, not written, here")
            answer = session.sql(sql)
            found: pa.Table = (answer.limit(limit) if limit else answer).to_arrow_table()
        except duckdb.Error as error:
            raise QueryFailed(str(error)) from error
    return found
