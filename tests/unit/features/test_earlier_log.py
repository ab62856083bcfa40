"""A lake with rows of two logs: what batch and the live engine send after a move is what one log would have given."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.features.live_loop import HOUR_US, SMALL, LiveLoop, reference, same
from tests.unit.features.small_log import DAY_US, Received, SilverTables, once_each, small_log

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.features.engines.embedded.state import hand_over, horizon_of
from tillstream.features.offline.release import release


class TwoLogs(SilverTables):
    """Silver whose rows say on which of two logs they lie."""

    def __init__(self, earlier: list[Received], now: list[Received], log_ids: tuple[str, str]) -> None:
        super().__init__([*earlier, *now])
        ids = {one.event.event_id for one in once_each(earlier)}
        for rows in self._rows.values():
            for row in rows:
                row["log_id"] = log_ids[row["event_id"] not in ids]


@pytest.mark.parametrize("seed", range(3))
def test_a_correction_on_the_new_log_is_sent_though_its_offset_is_small(tmp_path: Path, seed: int) -> None:
    events = small_log(seed, 500, days=4.0, late=0.3)
    earlier, then, last = events[:300], events[300:400], events[400:]
    before = LiveLoop(tmp_path / "log", earlier, schema=SMALL)
    before.count(before.records())
    before.release()

    source = SqliteLog(tmp_path / "log-2")
    after = LiveLoop(tmp_path / "log", [], schema=SMALL, source=source)
    ids = before.log.log_id, source.log_id
    horizon_us = horizon_of(before.updates, before.logs.identity(SMALL))
    assert 0 < horizon_us <= max(one.at_us for one in earlier) - HOUR_US
    hand_over(after.updates, after.logs.identity(SMALL), horizon_us)
    append(source, [one for one in earlier if one.at_us >= horizon_us - horizon_us % DAY_US])
    after.engine.offsets()  # with which an engine begins
    carried = after.count(after.records(), horizon_us=after.engine.backlog_horizon_us())
    assert (carried.events > 0, carried.left_to_batch) == (True, 0)
    known: list[Received] = []
    for part in (then, last):
        append(source, part)
        known += placed(part, source)
        after.count([one for one in after.records() if one.offset >= after.engine.offsets()[one.topic, one.partition]])
        after.lake_reads_all()
        release(TwoLogs(earlier, known, ids), after.logs, SMALL)
    at_us = max(one.received_us for one in events) + 1
    assert same(after.values(at_us), reference(events, at_us, schema=SMALL))


def append(log: SqliteLog, events: list[Received]) -> None:
    for one in events:
        log.append(one.topic, [one.record()])


def placed(events: list[Received], log: SqliteLog) -> list[Received]:
    """The events with the places that this log gave them."""
    ends: dict[Any, int] = {(t, p): n for t in {one.topic for one in events} for p, n in log.end_offsets(t).items()}
    found = []
    for one in reversed(events):
        ends[one.topic, one.partition] -= 1
        found.append(replace(one, offset=ends[one.topic, one.partition]))
    return found[::-1]
