"""Sessions that late events touched, found in the lake and told anew by the logic that tells live ones.

A session's revision says of how many events it was told; where that is more than the lake has, the lake is behind
and nothing is done. So one query over silver finds the sessions whose first
event or number of events is not what was told, and only those are computed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa

from tillstream.data.batch.duckdb_session import open_session
from tillstream.data.batch.inputs import Input
from tillstream.data.lake import Lake
from tillstream.data.streaming.logic.session_records import Told
from tillstream.data.streaming.logic.sessions import Said, Step, Visitor, tell

_DAYS_AT_ONCE: Final = 16
_INPUTS: Final = ("clicks", "orders", "sessions")
_STEPS: Final = """
CREATE OR REPLACE TEMP TABLE steps AS
WITH acts AS (
    SELECT visitor_id, EPOCH_US(occurred_at) AS at_us, event_id, kind, product_id, customer_id,
        EPOCH_US(received_at) AS received_at_us
    FROM clicks WHERE NOT is_bot
    UNION ALL
    SELECT visitor_id, EPOCH_US(occurred_at), event_id, kind, NULL, customer_id, EPOCH_US(received_at)
    FROM orders WHERE kind = 'placed' AND visitor_id <> ''
),
gaps AS (
    SELECT *, COALESCE(at_us // 1000 - LAG(at_us // 1000) OVER (PARTITION BY visitor_id ORDER BY at_us, event_id)
        > $gap_ms, TRUE) AS begins
    FROM acts
)
SELECT *, SUM(begins::INT) OVER (PARTITION BY visitor_id ORDER BY at_us, event_id ROWS UNBOUNDED PRECEDING) AS session
FROM gaps
"""
_TOLD: Final = """
CREATE OR REPLACE TEMP TABLE told AS
SELECT visitor_id, session_id, MAX(revision) AS revision, EPOCH_US(MIN(started_at)) AS started_us,
    EPOCH_US(MAX(ended_at)) AS ended_us
FROM sessions GROUP BY visitor_id, session_id HAVING NOT ARG_MAX(retracted, revision)
"""
_WRONG: Final = """
CREATE OR REPLACE TEMP TABLE wrong AS
WITH found AS (
    SELECT visitor_id, session, COUNT(DISTINCT event_id) AS events, MIN(at_us) AS first_us, MAX(at_us) AS last_us
    FROM steps GROUP BY visitor_id, session
)
SELECT found.visitor_id, found.session, found.first_us, found.last_us
FROM found LEFT JOIN told
    ON told.visitor_id = found.visitor_id AND told.started_us <= found.last_us AND told.ended_us >= found.first_us
WHERE MAKE_TIMESTAMP(found.first_us)::DATE IN (SELECT UNNEST($days::DATE[]))
    AND found.last_us // 1000 + $gap_ms <= $watermark_ms
GROUP BY found.visitor_id, found.session, found.first_us, found.last_us, found.events
HAVING COALESCE(MAX(told.revision), 0) <= 2 * found.events + 1
    AND (COUNT(told.session_id) <> 1 OR MIN(told.started_us) <> found.first_us
        OR MAX(told.revision) <> 2 * found.events + 1)
"""
_WRONG_STEPS: Final = """
SELECT s.visitor_id, s.session, s.at_us, s.event_id, s.kind, s.product_id, s.customer_id, s.received_at_us
FROM steps AS s JOIN wrong USING (visitor_id, session) ORDER BY s.visitor_id, s.session, s.at_us, s.event_id
"""
_WRONG_TOLD: Final = """
SELECT wrong.visitor_id, wrong.session, told.session_id, told.revision, told.started_us
FROM told JOIN wrong ON told.visitor_id = wrong.visitor_id AND told.started_us BETWEEN wrong.first_us AND wrong.last_us
"""
_OPEN_DAYS: Final = """
SELECT DISTINCT MAKE_TIMESTAMP(at_us)::DATE FROM steps WHERE at_us // 1000 + $gap_ms > $watermark_ms
"""
_NEW_ROWS: Final = """
SELECT log_id, log_partition, occurred_on, MAX(log_offset) + 1, EPOCH_US(MAX(occurred_at)) // 1000
FROM silver LEFT JOIN seen USING (log_id, log_partition)
WHERE log_offset >= COALESCE(next_offset, 0) GROUP BY ALL
"""


class Looked(msgspec.Struct, frozen=True):
    """How far corrections have come; nothing is lost with it but time."""

    positions: dict[str, dict[str, int]] = {}
    """For each input, `<log id>/<partition>` and the offset after the last row seen."""
    newest_ms: int = 0
    again: frozenset[date] = frozenset()
    """Days on which a session was open."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found, and how far it came."""

    said: list[Said]
    wrong: int
    days: int
    looked: Looked


def find_corrections(lake: Lake, looked: Looked, *, gap_ms: int, lateness_ms: int) -> Found:
    """What is to be sent of the days that new rows touch; a session that may still grow is looked at later.

    A session longer than a day is left as it was told.
    """
    with open_session(lake.path / "_spill") as session:
        inputs = {name: Input.open(lake, name) for name in _INPUTS}
        changed, looked = _new_days(session, inputs, looked)
        watermark_ms = looked.newest_ms - lateness_ms - 1
        days = sorted(changed | looked.again)
        said: list[Said] = []
        again: set[date] = set()
        wrong = 0
        for start in range(0, len(days), _DAYS_AT_ONCE):
            some = days[start : start + _DAYS_AT_ONCE]
            for visitor_id, visitor in _wrong_sessions(session, inputs, some, gap_ms, watermark_ms):
                wrong += 1
                said += tell(visitor_id, visitor, gap_ms=gap_ms, watermark_ms=watermark_ms, partial=False)[1]
            limits = {"gap_ms": gap_ms, "watermark_ms": watermark_ms}
            again |= {day for (day,) in session.execute(_OPEN_DAYS, limits).fetchall()} & set(some)
    return Found(said, wrong, len(days), msgspec.structs.replace(looked, again=frozenset(again)))


def _new_days(
    session: duckdb.DuckDBPyConnection, inputs: Mapping[str, Input], looked: Looked
) -> tuple[set[date], Looked]:
    """The days with rows not seen before, and the positions after them."""
    days: set[date] = set()
    positions = {name: dict(seen) for name, seen in looked.positions.items()}
    newest_ms = looked.newest_ms
    for name in ("clicks", "orders"):
        seen = positions.setdefault(name, {})
        session.register("seen", _seen_table(seen))
        session.register("silver", inputs[name].with_rows_beyond(seen))
        for log_id, partition, day, following, at_ms in session.execute(_NEW_ROWS).fetchall():
            place = f"{log_id}/{partition}"
            seen[place] = max(seen.get(place, 0), following)
            days.add(day)
            newest_ms = max(newest_ms, at_ms)
    return days, Looked(positions, newest_ms, looked.again)


def _seen_table(seen: Mapping[str, int]) -> pa.Table:
    places = [place.rpartition("/") for place in seen]
    return pa.table(
        {
            "log_id": pa.array([log_id for log_id, _, _ in places], pa.string()),
            "log_partition": pa.array([int(partition) for _, _, partition in places], pa.int32()),
            "next_offset": pa.array(list(seen.values()), pa.int64()),
        }
    )


def _wrong_sessions(
    session: duckdb.DuckDBPyConnection,
    inputs: Mapping[str, Input],
    days: Sequence[date],
    gap_ms: int,
    watermark_ms: int,
) -> Iterator[tuple[str, Visitor]]:
    """The closed sessions that touch these days and were told otherwise: all their events, and what was told."""
    one = timedelta(days=1)
    begin_on = {*days, *(day - one for day in days)}
    around = sorted({*begin_on, *(day - one for day in begin_on), *(day + one for day in begin_on)})
    for name in _INPUTS:
        session.register(name, inputs[name].on(around))
    session.execute(_STEPS, {"gap_ms": gap_ms})
    session.execute(_TOLD)
    session.execute(_WRONG, {"days": sorted(begin_on), "gap_ms": gap_ms, "watermark_ms": watermark_ms})
    told: dict[tuple[str, int], list[Told]] = {}
    for visitor_id, number, *known in session.execute(_WRONG_TOLD).fetchall():
        told.setdefault((visitor_id, number), []).append(Told(*known))
    rows: list[tuple[Any, ...]] = session.execute(_WRONG_STEPS).fetchall()
    for (visitor_id, number), mine in groupby(rows, key=lambda row: (row[0], row[1])):
        steps = {row[3]: Step(*row[2:]) for row in reversed(list(mine))}
        yield visitor_id, Visitor(tuple(sorted(steps.values())), tuple(told.get((visitor_id, number), ())))
