"""Where a world's days go: files, one a day, or the log; both in order of reception."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np

from tillstream.adapters.log.interface import Log
from tillstream.adapters.log.records import OCCURRED_AT, RECEIVED_AT, NewRecord
from tillstream.core.contracts import SOURCE_TOPICS, from_micros
from tillstream.data.sources.world.arrays import objects
from tillstream.data.sources.world.simulation import Day
from tillstream.data.sources.world.timeline import Rows

OnDay = Callable[[int, int], None]
"""Told after each day: its number, and the events so far."""
_OPENINGS: Final = [f'{{"topic":"{topic}","key":"'.encode() for topic in SOURCE_TOPICS]
_LOT_ROWS: Final = 20_000


def write_files(days: Iterable[Day], folder: Path, on_day: OnDay) -> int:
    """Writes `YYYY-MM-DD.ndjson` by day of reception, replacing the files of an earlier run; gives the events written.

    Each line is {"topic", "key", "received_at_us", "event"}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("????-??-??.ndjson"):
        old.unlink()
    total = 0
    for day in days:
        if len(day.rows):
            on = from_micros(int(day.rows.received_at_us[0])).date()
            (folder / f"{on.isoformat()}.ndjson").write_bytes(b"".join(lines_of(day.rows)))
        total += len(day.rows)
        on_day(day.number, total)
    return total


def lines_of(rows: Rows) -> list[bytes]:
    """One JSON line an event, its reception beside it."""
    openings = objects(list(_OPENINGS))[rows.topic].tolist()
    return [
        b'%b%b","received_at_us":%d,"event":%b}\n' % (opening, key.encode(), received, value)
        for opening, key, received, value in zip(
            openings, rows.key.tolist(), rows.received_at_us.tolist(), rows.value.tolist(), strict=True
        )
    ]


def write_log(days: Iterable[Day], log: Log, on_day: OnDay) -> int:
    """Appends days to the log with their own times of reception; gives the events written.

    Rows go out in lots of some ten thousand, a topic after the other: one wait for the disk each.
    """
    total, waiting = 0, Rows.none()
    for day in days:
        waiting = Rows.joined([waiting, day.rows])
        total += len(day.rows)
        if len(waiting) >= _LOT_ROWS:
            _append(log, waiting)
            waiting = Rows.none()
        on_day(day.number, total)
    _append(log, waiting)
    return total


def _append(log: Log, rows: Rows) -> None:
    for number in np.unique(rows.topic).tolist():
        own = rows.take(np.flatnonzero(rows.topic == number))
        records = [
            NewRecord(key, value, {RECEIVED_AT: str(received), OCCURRED_AT: str(occurred)})
            for key, value, received, occurred in zip(
                own.key, own.value, own.received_at_us.tolist(), own.occurred_at_us.tolist(), strict=True
            )
        ]
        log.append(SOURCE_TOPICS[number], records)
