from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from tests.unit.data.sources.world.small import SMALL, events_of, run

from tillstream.adapters.log import OCCURRED_AT
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import SOURCE_TOPICS, TOPICS, decode
from tillstream.core.contracts.bots import is_bot
from tillstream.core.contracts.catalogue import key_of
from tillstream.core.contracts.decoding import micros
from tillstream.core.errors import SettingsError
from tillstream.data.sources.world import Rows, World, WorldSettings, simulate_days
from tillstream.data.sources.world.revealing import reveal
from tillstream.data.sources.world.settings import DAY_US
from tillstream.data.sources.world.writing import lines_of, write_files, write_log


def test_every_event_of_every_topic_obeys_its_contract_and_has_its_key():
    seen = Counter()
    for topic, key, received_at_us, value in events_of(run(SMALL)):
        event = decode(TOPICS[topic], value, received_at_us=received_at_us)
        assert key == key_of(TOPICS[topic], event)
        seen[topic] += 1
    assert set(seen) == set(SOURCE_TOPICS)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    first, second = (b"".join(lines_of(run(SMALL))) for _ in range(2))
    other = b"".join(lines_of(run(WorldSettings(customers=60, days=9, seed=8))))
    assert first == second
    assert first != other


def test_bots_are_whom_the_truth_names_and_the_rule_finds_them_all():
    world = World(SMALL)
    rows = Rows.joined([day.rows for day in world.days()])
    named = {bot.visitor_id for bot in reveal(world).bots}
    clicks = [decode(TOPICS[t], v, received_at_us=at) for t, _, at, v in events_of(rows) if t == "clicks.v1"]
    assert {click.visitor_id for click in clicks if is_bot(click)} == named
    assert all(is_bot(click) for click in clicks if click.visitor_id in named)
    assert 0 < sum(map(is_bot, clicks)) < 0.25 * len(clicks)


def test_event_ids_are_unique():
    ids = [value[: value.index(b",")] for value in run(SMALL).value]
    assert len(set(ids)) == len(ids)


def test_a_world_with_another_clock_has_other_ids():
    later = run(WorldSettings(customers=60, days=2, seed=7, until_us=SMALL.until_us + DAY_US))
    first = run(WorldSettings(customers=60, days=2, seed=7))
    assert not {value[:40] for value in later.value} & {value[:40] for value in first.value}


def test_events_come_in_order_of_reception_and_none_is_received_after_until():
    settings = WorldSettings(customers=60, days=3, seed=7, until_us=SMALL.until_us + DAY_US // 3)
    received = run(settings).received_at_us
    assert (np.diff(received) >= 0).all()
    assert received[-1] == settings.until_us


def test_some_events_arrive_late_and_none_before_it_occurred():
    delays = []
    for topic, _, received_at_us, value in events_of(run(SMALL)):
        occurred = decode(TOPICS[topic], value).occurred_at.timestamp()
        delays.append(received_at_us / 1e6 - occurred)
    assert min(delays) >= 0
    late_ratio = np.mean(np.array(delays) > 60)
    assert 0.005 < late_ratio < 0.05
    assert max(delays) > 6 * 3600


def test_days_do_not_move_what_was_before_them():
    longer = next(iter(simulate_days(SMALL)))
    assert len(longer.rows) > 500
    again = next(iter(World(SMALL).days()))
    assert lines_of(longer.rows) == lines_of(again.rows)


def test_files_hold_one_day_of_reception_each(tmp_path: Path):
    (tmp_path / "2001-01-01.ndjson").write_text("left from an earlier run\n")
    written = write_files(simulate_days(SMALL), tmp_path, lambda *_: None)
    files = sorted(tmp_path.glob("*.ndjson"))
    assert [file.stem for file in files] == [f"2026-09-{day}" for day in range(22, 31)]
    assert sum(len(file.read_bytes().splitlines()) for file in files) == written


def test_the_log_keeps_each_event_with_its_own_time_of_reception_and_tells_when_it_happened(tmp_path: Path):
    log = SqliteLog(tmp_path)
    written = write_log(simulate_days(SMALL), log, lambda *_: None)
    rows = run(SMALL)
    expected = dict(zip(rows.value, rows.received_at_us.tolist(), strict=True))
    records = [
        record
        for topic in SOURCE_TOPICS
        for partition in range(TOPICS[topic].partitions)
        for record in log.read(topic, partition, 0, 1_000_000)
    ]
    log.close()
    assert written == len(rows)
    assert {one.value: one.received_at_us for one in records} == expected
    for one in records:
        assert int(one.headers[OCCURRED_AT]) == micros(decode(TOPICS[one.topic], one.value))


def test_a_world_of_nobody_is_refused_with_the_range():
    with pytest.raises(SettingsError, match="`customers` is 3; it must lie between 20 and"):
        WorldSettings(customers=3)


def test_no_rows_are_no_rows():
    assert len(Rows.joined([Rows.none(), Rows.none()])) == 0
