"""A table as one short text: equal tables have equal digests, whatever the order of their rows."""

import duckdb

from tillstream.data.lake.catalog import definition_of
from tillstream.data.lake.lake import Lake


def table_digest(lake: Lake, name: str) -> str:
    """`<rows>:<16 hex digits>` over every column but the place in the log.

    A sum of row hashes, so a row that is there twice counts twice.
    """
    definition = definition_of(name)
    columns = [column for column in definition.schema.names if column not in definition.place_columns]
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        session.register("hashed", lake.dataset(name))
        packed = ", ".join(f'"{column}"' for column in columns)
        row = f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"
        counted = session.execute(f"SELECT COUNT(*), SUM(CAST(md5_number_lower({row}) AS HUGEINT)) FROM hashed")
        rows, total = counted.fetchone() or (0, None)
    return f"{rows}:{int(total or 0) % 2**64:016x}"
