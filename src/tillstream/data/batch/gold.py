"""Gold tables: only the days that new rows can change are built again, and replaced whole.

So a table is always what a full build over the same silver would give; `full=True` is that build.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError

from tillstream.core.telemetry import logger
from tillstream.data.batch.changes import changes_since
from tillstream.data.batch.duckdb_session import open_session
from tillstream.data.batch.inputs import Input
from tillstream.data.batch.progress import read_positions, write_positions
from tillstream.data.batch.table_sql import TableSql, table_sql
from tillstream.data.lake import Lake, definition_of, table_names
from tillstream.data.lake.errors import CommitConflict
from tillstream.data.lake.writing import open_or_create

GOLD: Final = tuple(name for name in table_names() if name.startswith("gold."))
_DAYS_AT_ONCE: Final = 16
_PACKED = WriterProperties(compression="ZSTD", compression_level=3)
_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)
_LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did; no days means that nothing had changed."""

    name: str
    days: int
    rows: int
    seconds: float


def build_gold(lake: Lake, names: Sequence[str] = GOLD, *, full: bool = False) -> list[Built]:
    """Builds the tables one after the other, in bounded memory."""
    with open_session(lake.path / "_spill") as session:
        return [build_table(session, lake, table_sql(name), full=full) for name in names]


def build_table(session: duckdb.DuckDBPyConnection, lake: Lake, table: TableSql, *, full: bool = False) -> Built:
    """Brings one table up to its inputs. Each input is read at one version throughout."""
    started = time.monotonic()
    inputs = {name: Input.open(lake, name) for name, _ in table.reads}
    seen = {} if full else read_positions(lake, table)
    changes = changes_since(session, table, inputs, seen)
    gold = open_or_create(lake, definition_of(table.name))
    days = changes.days
    if not seen:
        # Built anew: days that no input has any more must go, too.
        days = days | {date.fromisoformat(str(part["day"])) for part in gold.partitions()}
    rows = 0
    for some in _chunks(sorted(days)):
        built = _rows(session, table, inputs, some)
        _replace_days(gold, built, some)
        rows += len(built)
    write_positions(lake, table, changes.positions)
    result = Built(table.name, len(days), rows, round(time.monotonic() - started, 3))
    if days:
        _LOG.info("gold_built", table=table.name, days=result.days, rows=rows, elapsed_seconds=result.seconds)
    return result


def _rows(
    session: duckdb.DuckDBPyConnection, table: TableSql, inputs: Mapping[str, Input], days: Sequence[date]
) -> pa.Table:
    for name, reading in table.reads:
        session.register(name, inputs[name].on(days) if reading == "by day" else inputs[name].up_to(max(days)))
    try:
        found: pa.Table = session.sql(table.query).to_arrow_table()
    finally:
        for name, _ in table.reads:
            session.unregister(name)
    return found.cast(definition_of(table.name).schema)


def _replace_days(gold: DeltaTable, rows: pa.Table, days: Sequence[date]) -> None:
    try:
        write_deltalake(
            gold,
            rows,
            mode="overwrite",
            predicate="day IN ({})".format(", ".join(f"'{day.isoformat()}'" for day in days)),
            writer_properties=_PACKED,
            post_commithook_properties=_HOOKS,
        )
    except CommitFailedError as error:
        raise CommitConflict(gold.table_uri, f"{error}; another build is running") from error


def _chunks(days: Sequence[date]) -> Iterator[Sequence[date]]:
    for start in range(0, len(days), _DAYS_AT_ONCE):
        yield days[start : start + _DAYS_AT_ONCE]
