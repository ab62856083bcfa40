"""Which days of a gold table new silver rows can change.

A row is new if its log offset lies at or after what the last build saw of its log partition:
silver grows in log order within a partition, so one number a partition says it all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias

import duckdb
import pyarrow as pa

from tillstream.data.batch.inputs import Input
from tillstream.data.batch.table_sql import TableSql
from tillstream.data.lake.arrow_dataset import ds

Positions: TypeAlias = Mapping[str, Mapping[str, int]]
"""For each input, `<log id>/<partition>` and the offset after the last row seen."""

_NEW_ROWS = """
SELECT
    silver.log_id,
    silver.log_partition,
    silver.occurred_on,
    MAX(silver.log_offset) + 1 AS next_offset,
    MIN(silver.occurred_at) AS first_occurred_at,
    MIN(silver.received_at) AS first_received_at
FROM silver
LEFT JOIN seen ON silver.log_id = seen.log_id AND silver.log_partition = seen.log_partition
WHERE silver.log_offset >= COALESCE(seen.next_offset, 0)
GROUP BY ALL
"""
_REACHED = """
SELECT DISTINCT occurred_on FROM silver WHERE occurred_at >= $occurred_at AND received_at >= $received_at
"""


@dataclass(slots=True)
class Changes:
    """Days to rebuild, and the positions to remember once they are."""

    days: set[date] = field(default_factory=set)
    positions: dict[str, dict[str, int]] = field(default_factory=dict)


def changes_since(
    session: duckdb.DuckDBPyConnection, table: TableSql, inputs: Mapping[str, Input], seen: Positions
) -> Changes:
    """What the inputs hold beyond `seen`.

    A new row of an input read by day changes its own day; of one read around a day, those days that
    look at it. One read as of changes rows that happened no earlier than it and were received no
    earlier: those days of the inputs by day.
    """
    changes = Changes(positions={name: dict(offsets) for name, offsets in seen.items()})
    for name, reading in table.reads:
        found = _new_rows(session, inputs[name].with_rows_beyond(seen.get(name, {})), seen.get(name, {}))
        if not found:
            continue
        offsets = changes.positions.setdefault(name, {})
        for log_id, partition, *_, next_offset, _, _ in found:
            place = f"{log_id}/{partition}"
            offsets[place] = max(offsets.get(place, 0), next_offset)
        if reading != "as of":
            changes.days |= _looking_at({row[2] for row in found}, name, table, inputs)
        else:
            since = min(row[4] for row in found), min(row[5] for row in found)
            for fact in table.spans:
                reached = _reached(session, inputs[fact].with_rows_beyond({}), *since)
                changes.days |= _looking_at(reached, fact, table, inputs)
    return changes


def _looking_at(days: set[date], name: str, table: TableSql, inputs: Mapping[str, Input]) -> set[date]:
    """The days of the table that read these days of the input."""
    back_days, on_days = table.spans[name]
    if not back_days and not on_days:
        return days
    first, *_ = table.spans
    around = {day + timedelta(days=n) for day in days for n in range(-on_days, back_days + 1)}
    return around & inputs[first].days()


def _new_rows(session: duckdb.DuckDBPyConnection, silver: ds.Dataset, seen: Mapping[str, int]) -> list[tuple]:  # type: ignore[type-arg]  # a row of _NEW_ROWS
    places = [place.rpartition("/") for place in seen]
    known = pa.table(
        {
            "log_id": pa.array([log_id for log_id, _, _ in places], pa.string()),
            "log_partition": pa.array([int(partition) for _, _, partition in places], pa.int32()),
            "next_offset": pa.array(list(seen.values()), pa.int64()),
        }
    )
    session.register("seen", known)
    session.register("silver", silver)
    return session.execute(_NEW_ROWS).fetchall()


def _reached(
    session: duckdb.DuckDBPyConnection, silver: ds.Dataset, occurred_at: datetime, received_at: datetime
) -> set[date]:
    session.register("silver", silver)
    rows = session.execute(_REACHED, {"occurred_at": occurred_at, "received_at": received_at}).fetchall()
    return {day for (day,) in rows}
