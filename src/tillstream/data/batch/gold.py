"""Gold tables: only the days that new rows can change are built again, and replaced whole.

So a table is always what a full build over the same silver would give; `full=True` is that build.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError

from tillstream.core.telemetry import logger
from tillstream.data.batch.changes import changes_since
from tillstream.data.batch.duckdb_session import open_session
from tillstream.data.batch.inputs import Input
from tillstream.data.batch.progress import read_positions, write_positions
from tillstream.data.batch.table_sql import Span, TableSql, table_sql
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


def build_gold(
    lake: Lake, names: Sequence[str] = GOLD, *, full: bool = False, build_days: "BuildDays | None" = None
) -> list[Built]:
    """Builds the tables one after the other, in bounded memory; days by DuckDB, or by another engine's `build_days`."""
    with open_session(lake.path / "_spill") as session:
        builder = build_days or _DuckdbDays(session, lake)
        return [build_table(session, lake, table_sql(name), builder, full=full) for name in names]


def build_table(
    session: duckdb.DuckDBPyConnection, lake: Lake, table: TableSql, build_days: "BuildDays", *, full: bool = False
) -> Built:
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
    rows = sum(build_days(table, inputs, some) for some in _chunks(sorted(days)))
    write_positions(lake, table, changes.positions)
    result = Built(table.name, len(days), rows, round(time.monotonic() - started, 3))
    if days:
        _LOG.info("gold_built", table=table.name, days=result.days, rows=rows, elapsed_seconds=result.seconds)
    return result


class BuildDays(Protocol):
    """How an engine builds some days of a table, which exists, and replaces them whole."""

    def __call__(self, table: TableSql, inputs: Mapping[str, Input], days: Sequence[date]) -> int:
        """How many rows the days have now; raises CommitConflict."""


class _DuckdbDays:
    def __init__(self, session: duckdb.DuckDBPyConnection, lake: Lake) -> None:
        self._session, self._lake = session, lake

    def __call__(self, table: TableSql, inputs: Mapping[str, Input], days: Sequence[date]) -> int:
        rows = _rows(self._session, table, inputs, days)
        _replace_days(self._lake.delta(table.name), rows, days)
        return len(rows)


def _rows(
    session: duckdb.DuckDBPyConnection, table: TableSql, inputs: Mapping[str, Input], days: Sequence[date]
) -> pa.Table:
    spans = table.spans
    for name, _ in table.reads:
        around = inputs[name].on(days_around(days, spans[name])) if name in spans else inputs[name].up_to(max(days))
        session.register(name, around)
    try:
        query = f"SELECT * FROM ({table.query}) WHERE day IN ({listed(days)})"
        found: pa.Table = session.sql(query).to_arrow_table()
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
            predicate=f"day IN ({listed(days)})",
            writer_properties=_PACKED,
            post_commithook_properties=_HOOKS,
        )
    except CommitFailedError as error:
        raise CommitConflict(gold.table_uri, f"{error}; another build is running") from error


def days_around(days: Sequence[date], span: Span) -> list[date]:
    """The days that are read of an input for these days of the table."""
    back_days, on_days = span
    return sorted({day + timedelta(days=n) for day in days for n in range(-back_days, on_days + 1)})


def listed(days: Sequence[date]) -> str:
    """The days as SQL."""
    return ", ".join(f"'{day.isoformat()}'" for day in days)


def _chunks(days: Sequence[date]) -> Iterator[Sequence[date]]:
    for start in range(0, len(days), _DAYS_AT_ONCE):
        yield days[start : start + _DAYS_AT_ONCE]
