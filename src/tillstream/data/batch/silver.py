"""A typed batch to silver rows: copies fall out, days are set, by the table's own SQL."""

from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake.catalog import TableDefinition

_EXISTING = pa.schema([("event_id", pa.string()), ("occurred_on", pa.date32())])


def silver_rows(
    session: duckdb.DuckDBPyConnection, definition: TableDefinition, incoming: pa.Table, delta: DeltaTable
) -> pa.Table:
    """The rows of `incoming` that the table does not have, each event once, in the table's columns.

    Reads two columns of the days in the batch, nothing else of the table.
    """
    session.register("incoming", incoming)
    session.register("existing", _event_ids(delta, _days(incoming)))
    try:
        found: pa.Table = session.sql(table_sql(definition.name).query).to_arrow_table()
    finally:
        session.unregister("incoming")
        session.unregister("existing")
    return found.cast(definition.schema)


def _days(incoming: pa.Table) -> list[date]:
    days: list[date] = pc.unique(pc.cast(incoming["occurred_at"], pa.date32())).to_pylist()
    return days


def _event_ids(delta: DeltaTable, days: list[date]) -> pa.Table:
    on_days = [("occurred_on", "in", days)]
    if not days or not delta.file_uris(file_pruning_predicate=on_days):
        return _EXISTING.empty_table()
    dataset = delta.to_pyarrow_dataset(file_pruning_predicate=on_days)
    return dataset.to_table(columns=_EXISTING.names)
