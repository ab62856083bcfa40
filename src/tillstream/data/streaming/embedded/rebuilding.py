"""Silver built anew from bronze: for a rule that changed, or a table that is not trusted any more."""

import time

import duckdb
from deltalake import write_deltalake
from deltalake.exceptions import CommitFailedError

from tillstream.core.contracts import topic_named
from tillstream.data.batch.duckdb_session import open_session
from tillstream.data.batch.gold import Built
from tillstream.data.batch.progress import forget_positions
from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.catalog import TableDefinition
from tillstream.data.lake.errors import CommitConflict
from tillstream.data.lake.rewriting import turn_to_rewrite
from tillstream.data.lake.writing import open_or_create
from tillstream.data.streaming.embedded.verifying import decoded

_LOGS = "SELECT log_id FROM bronze GROUP BY log_id ORDER BY MIN(appended_at), log_id"


def rebuild_silver(lake: Lake, name: str) -> Built:
    """Replaces the table's rows by those that bronze gives now, in one commit; its positions stay.

    Only what the table had covered is read, so a lake worker may go on meanwhile. Gold tables that read
    it start anew with their next build. Raises CommitConflict if another writer was in the way: run it again.
    """
    started, definition = time.monotonic(), definition_of(name)
    topic = topic_named(definition.entity)
    if not lake.exists(f"bronze.{topic.entity}"):
        return Built(name, 0, 0, 0.0)
    with turn_to_rewrite(lake, name, wait=True), open_session(lake.path / "_spill") as session:
        delta = open_or_create(lake, definition)
        _prepare(session, definition)
        for columns in decoded(lake, topic, delta):
            session.register("batch", columns.incoming)
            session.execute("INSERT INTO decoded BY NAME SELECT * FROM batch")
        session.register("bronze", lake.dataset(f"bronze.{topic.entity}"))
        # A later log holds copies of what an earlier one had: the first log's count.
        for (log_id,) in session.execute(_LOGS).fetchall():
            session.execute("CREATE OR REPLACE TEMP VIEW existing AS SELECT event_id, occurred_on FROM rebuilt")
            session.execute(f"CREATE OR REPLACE TEMP VIEW incoming AS SELECT * FROM decoded WHERE log_id = '{log_id}'")
            session.execute(f"INSERT INTO rebuilt BY NAME {table_sql(name).query}")
        ((rows, days),) = session.execute("SELECT COUNT(*), COUNT(DISTINCT occurred_on) FROM rebuilt").fetchall()
        forget_positions(lake, topic.entity)
        found = session.sql("SELECT * FROM rebuilt").to_arrow_table().cast(definition.schema)
        try:
            write_deltalake(delta, found, mode="overwrite")
        except CommitFailedError as error:
            raise CommitConflict(name, str(error)) from error
        forget_positions(lake, topic.entity)
    return Built(name, days, rows, round(time.monotonic() - started, 3))


def _prepare(session: duckdb.DuckDBPyConnection, definition: TableDefinition) -> None:
    session.register("shape", definition.schema.empty_table())
    session.execute("CREATE TEMP TABLE rebuilt AS SELECT * FROM shape")
    judged = [name for name in ("occurred_on", "is_bot") if name in definition.schema.names]
    session.execute(f"CREATE TEMP TABLE decoded AS SELECT * EXCLUDE ({', '.join(judged)}) FROM shape")
