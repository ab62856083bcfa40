"""A table as one short text: equal tables have equal digests, whatever the order of their rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tillstream.data.lake.catalog import definition_of
from tillstream.data.lake.lake import Lake


def table_digest(lake: Lake, name: str) -> str:
    """`<rows>:<16 hex digits>` over every column but the place in the log.

    A sum of row hashes, so a row that is there twice counts twice.
    """
    with _session(name, hashed=lake) as (session, row):
        counted = session.execute(f"SELECT COUNT(*), SUM(CAST(md5_number_lower({row}) AS HUGEINT)) FROM hashed")
        rows, total = counted.fetchone() or (0, None)
    return f"{rows}:{int(total or 0) % 2**64:016x}"


def rows_only_in(one: Lake, other: Lake, name: str, most: int = 3) -> list[str]:
    """Rows of one table that the other has not, or not as often: JSON, without the place in the log, in order."""
    with _session(name, one=one, other=other) as (session, row):
        found = session.execute(
            f"SELECT * FROM (SELECT {row} FROM one EXCEPT ALL SELECT {row} FROM other) ORDER BY 1 LIMIT {most}"
        )
        return [str(values[0]) for values in found.fetchall()]


@contextmanager
def _session(name: str, **lakes: Lake) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The table of each lake under a name of its own, and the SQL of a row as text."""
    definition = definition_of(name)
    packed = ", ".join(f'"{column}"' for column in definition.schema.names if column not in definition.place_columns)
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        for alias, lake in lakes.items():
            session.register(alias, lake.dataset(name))
        yield session, f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"
