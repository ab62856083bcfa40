"""A backlog: what the live engine leaves to batch unread, what batch then owes, and what is no part of it."""

from datetime import datetime, timedelta
from pathlib import Path

from tests.shop import at, click
from tests.unit.features.live_loop import LiveLoop, reference, same
from tests.unit.features.small_log import DAY_US, START, SilverTables, in_order, small_log

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import to_micros
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.state import batch_owes
from tillstream.features.offline.release import Owed, Standing, owed_by_polars, release

DAYS = 4.0
END_US = to_micros(START) + 8 * DAY_US


def viewed(
    event_id: str, when: datetime, received: datetime | None = None, *, visitor: str = "v1"
) -> tuple[int, str, object]:
    event = click(event_id, when, visitor, product_id="boots")
    return to_micros(received or when), "clicks.v1", event


def test_a_long_backlog_is_released_unread_and_batch_owes_it_until_it_has_sent_all(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, small_log(8, 300, days=DAYS))
    outcome = loop.count(loop.records(), horizon_us=loop.engine.backlog_horizon_us())
    assert outcome.left_to_batch > 2 * outcome.tiles
    assert owed(loop)
    loop.release()
    assert not owed(loop)
    assert same(loop.values(END_US), reference(loop.events, END_US))


def test_what_batch_has_sent_before_the_live_engine_came_to_it_is_not_owed_again(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, small_log(8, 300, days=DAYS))
    first, then = loop.records()[:100], loop.records()[100:]
    horizon_us = loop.engine.backlog_horizon_us()
    loop.count(first, horizon_us=horizon_us)
    loop.release()
    assert loop.count(then, horizon_us=horizon_us).left_to_batch > 0
    assert not owed(loop)
    assert same(loop.values(END_US), reference(loop.events, END_US))


def test_what_is_left_while_batch_computes_is_owed_until_its_next_run(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, small_log(8, 300, days=DAYS))
    first, then = loop.records()[:100], loop.records()[100:]
    horizon_us = loop.engine.backlog_horizon_us()
    loop.count(first, horizon_us=horizon_us)

    def compute(schema: Schema, standing: Standing) -> Owed:
        computed = owed_by_polars(SilverTables(loop.events[:100]), schema, standing)
        loop.count(then, horizon_us=horizon_us)
        return computed

    loop.lake_reads(loop.engine.offsets())
    release(SilverTables(loop.events), loop.logs, loop.schema, compute=compute)
    assert owed(loop)
    loop.release()
    assert not owed(loop)


def test_what_a_jump_leaves_while_batch_computes_is_owed_though_the_lake_has_it(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, small_log(8, 300, days=DAYS))
    first, then = loop.records()[:100], loop.records()[100:]
    loop.count(first)

    def compute(schema: Schema, standing: Standing) -> Owed:
        assert loop.count(then, horizon_us=loop.engine.backlog_horizon_us()).left_to_batch > 0
        return owed_by_polars(SilverTables(loop.events), schema, standing)

    loop.lake_reads_all()
    release(SilverTables(loop.events), loop.logs, loop.schema, compute=compute)
    assert owed(loop)
    loop.release()
    assert not owed(loop)
    assert same(loop.values(END_US), reference(loop.events, END_US))


def test_a_backlog_no_longer_than_the_lateness_is_counted_whole_and_nothing_is_owed(tmp_path: Path) -> None:
    first = [viewed(f"e{n}", at("08:00") + timedelta(minutes=5 * n)) for n in range(12)]
    late, newest = viewed("late", at("08:40"), at("09:30")), viewed("newest", at("09:50"), visitor="v2")
    loop = LiveLoop(tmp_path, in_order([*first, late, newest]))
    *before, of_v1, of_v2 = loop.records()
    assert of_v1.partition != of_v2.partition
    loop.count(before)
    for unread in (of_v2, of_v1):  # the newest first: its partition is the first to be read
        outcome = loop.count([unread], horizon_us=loop.engine.backlog_horizon_us())
        assert (outcome.left_to_batch, outcome.late_to_batch) == (0, 0)
    assert not owed(loop)
    assert same(loop.values(END_US), reference(loop.events, END_US))


def test_an_event_late_by_itself_is_no_part_of_a_backlog(tmp_path: Path) -> None:
    day = [viewed(f"e{n}", START + timedelta(hours=n)) for n in range(4)]
    late = viewed("late", START + timedelta(minutes=150), START + timedelta(hours=9))
    newest = viewed("new", START + timedelta(hours=9), START + timedelta(hours=9, minutes=1))
    loop = LiveLoop(tmp_path, in_order([*day, late, newest]))
    records = loop.records()
    loop.count(records[:4])
    outcome = loop.count(records[4:], horizon_us=loop.engine.backlog_horizon_us())
    assert (outcome.left_to_batch, outcome.late_to_batch > 0) == (0, True)
    assert not owed(loop)


def test_what_is_owed_stays_so_when_the_log_is_another(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path / "log", small_log(8, 100, days=DAYS))
    loop.count(loop.records(), horizon_us=loop.engine.backlog_horizon_us())
    moved = LiveLoop(tmp_path / "log", [], source=SqliteLog(tmp_path / "log-2"))
    moved.engine.offsets()
    assert owed(moved)
    moved.release()
    assert not owed(moved)


def owed(loop: LiveLoop) -> bool:
    return batch_owes(loop.updates, loop.logs.identity(loop.schema))
