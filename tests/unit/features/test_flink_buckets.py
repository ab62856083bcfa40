import random
from functools import partial
from pathlib import Path

import pytest
from tests.unit.features.flink_buckets import Buckets
from tests.unit.features.live_loop import HOUR_US, SCHEMA, SMALL, LiveLoop, reference, same
from tests.unit.features.small_log import DAY_US, START, SilverTables, small_log
from tests.unit.features.test_live_engine import portions

from tillstream.adapters.log import partition_of
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import to_micros
from tillstream.features.engines.embedded.state import batch_owes
from tillstream.features.engines.flink.intake import Intake
from tillstream.features.errors import PortionLost
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import release, standing_of
from tillstream.features.online.merging import merged_row, tiles_by_key
from tillstream.features.updates import OWED, UPDATES

DAYS = 4.0
END_US = to_micros(START) + round((DAYS + 4) * DAY_US)


class Home:
    """A log whose events buckets count, and a home of its own that takes in what they sent."""

    def __init__(self, folder: Path, *, events: int = 250, seed: int = 1) -> None:
        self.loop = LiveLoop(folder / "kafka", small_log(seed, events, days=DAYS), schema=SMALL)
        self.buckets = self.run("1")
        self.logs = FeatureLogs(self.loop.log, SqliteLog(folder / "home"), "flink")
        self.intake = Intake(self.logs, SMALL)

    def run(self, name: str) -> Buckets:
        return Buckets(self.loop.log, SMALL, lateness_us=HOUR_US, run=name)

    def rows(self) -> dict[str, bytes]:
        rows: dict[str, bytes] = {}
        for partition in range(2):
            for record in self.logs.updates.read(UPDATES, partition, 0, 1_000_000):
                assert not record.key or partition_of(record.key, 2) == partition
                for key, changed in tiles_by_key(SMALL, [record])[0].items():
                    rows[key] = merged_row(SMALL, key.partition(":")[0], rows.get(key), changed)
        return rows

    def count_apart(self, seed: int = 0) -> None:
        """Each bucket counts the log in portions of its own; home takes in some of them at a time."""
        draw = random.Random(seed)
        work = [(n, portion) for n in range(2) for portion in portions(self.loop.records(), draw)]
        while work:
            for number in range(2):
                mine = [one for one in work if one[0] == number][: draw.randrange(4)]
                for one in mine:
                    self.buckets.count(*one)
                    work.remove(one)
            if draw.random() < 0.5:
                self.intake.take()
        self.intake.take()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_bucket_sends_what_the_embedded_engine_sends_to_its_partition_byte_for_byte(
    home: Home, tmp_path: Path
) -> None:
    embedded = LiveLoop(tmp_path / "embedded", home.loop.events, schema=SMALL)
    for portion in portions(home.loop.records(), random.Random(3)):
        for number in range(2):
            home.buckets.count(number, portion)
        embedded.count(portion)
    home.intake.take()
    for number in range(2):
        sent, wanted = (log.read(UPDATES, number, 0, 10**6) for log in (home.logs.updates, embedded.updates))
        assert [(one.key, one.value, one.headers) for one in sent] == [
            (one.key, one.value, one.headers) for one in wanted
        ]


def test_buckets_at_their_own_pace_and_batch_together_equal_the_reference(home: Home) -> None:
    home.count_apart()
    home.loop.lake_reads_all()
    release(SilverTables(home.loop.events), home.logs, SMALL)
    loop = home.loop
    loop.updates = home.logs.updates
    assert same(loop.values(END_US), reference(loop.events, END_US, schema=SMALL))


def test_what_was_taken_in_is_not_taken_in_again(home: Home) -> None:
    home.count_apart()
    ends, standing = home.logs.updates.end_offsets(UPDATES), standing_of(home.logs, SMALL)
    home.intake.forget()
    home.intake.take()
    Intake(home.logs, SMALL).take()
    assert home.logs.updates.end_offsets(UPDATES) == ends
    assert standing_of(home.logs, SMALL) == standing


def test_a_portion_is_taken_in_whole_or_not_yet(home: Home) -> None:
    home.buckets.count(0, home.loop.records()[:200])
    (partition, end), *_ = [one for one in home.loop.log.end_offsets(UPDATES).items() if one[1]]
    cut = Intake(home.logs, SMALL, max_records=end - 1)
    cut.take()
    assert home.logs.updates.end_offsets(UPDATES) == {0: 0, 1: 0}
    cut.take()
    assert home.logs.updates.end_offsets(UPDATES) == {0: end - 1, 1: 0}
    told = home.loop.log.read(UPDATES, partition, 0, end - 1)
    assert [one.value for one in home.logs.updates.read(UPDATES, 0, 0, end)] == [one.value for one in told]


def test_all_is_counted_and_released_only_up_to_where_every_bucket_is(home: Home) -> None:
    records = home.loop.records()
    home.buckets.count(0, records)
    home.intake.take()
    assert not home.intake.live
    home.buckets.count(1, records[:50])
    home.intake.take()
    standing = standing_of(home.logs, SMALL)
    assert standing.released_us == home.buckets.kept[1].released_until_us < home.buckets.kept[0].released_until_us
    assert (
        standing.live
        == home.intake.live
        == home.buckets.kept[1].offsets
        | {place: 0 for place in home.buckets.kept[0].offsets if place not in home.buckets.kept[1].offsets}
    )
    assert standing.some_live == home.buckets.kept[0].offsets


def test_the_clock_releases_what_a_backlog_left_and_the_watermark_alone_what_is_read_in_time(home: Home) -> None:
    records = sorted(home.loop.records(), key=lambda one: one.received_at_us)
    *earlier, last = records
    now_us = last.received_at_us + HOUR_US // 2
    bucket, (kept, _) = home.buckets, home.buckets.kept
    bucket.count(0, earlier, watermark_us=0, now_us=now_us)  # days of it
    released_us = now_us - HOUR_US
    released_us -= released_us % SMALL.smallest_step_us
    assert kept.released_until_us == released_us
    # Half an hour old, while another partition, a day behind, holds the watermark back.
    bucket.count(0, [last], watermark_us=now_us - DAY_US, now_us=now_us + HOUR_US // 2 - 1)
    assert kept.released_until_us == released_us
    bucket.count(0, [], watermark_us=now_us, now_us=now_us + 5 * HOUR_US)
    assert kept.released_until_us == now_us - now_us % SMALL.smallest_step_us


def test_batch_owes_what_a_backlog_left_until_it_has_sent_it(home: Home) -> None:
    records = home.loop.records()
    owes = partial(batch_owes, home.logs.updates, home.logs.identity(SMALL))
    for number in range(2):
        home.buckets.count(number, records[:100], watermark_us=0, now_us=END_US)
    home.intake.take()
    assert owes()
    # Batch sends what all buckets have released; one of them is further.
    home.loop.lake_reads_all()
    home.buckets.count(1, records[100:120], watermark_us=0, now_us=END_US + DAY_US)
    home.intake.take()
    release(SilverTables(home.loop.events), home.logs, SMALL)
    assert owes()
    home.buckets.count(0, records[100:120], watermark_us=0, now_us=END_US + DAY_US)
    home.intake.take()
    for partition in range(2):
        assert OWED in tiles_by_key(SMALL, home.logs.updates.read(UPDATES, partition, 0, 1_000_000))[2]
    release(SilverTables(home.loop.events), home.logs, SMALL)
    assert not owes()
    # Those lie below what batch has read and sent.
    for number in range(2):
        home.buckets.count(number, records[120:], watermark_us=0, now_us=END_US)
    assert home.intake.take().left_to_batch > 0
    assert not owes()
    home.loop.updates = home.logs.updates
    assert same(home.loop.values(END_US), reference(home.loop.events, END_US, schema=SMALL))


def test_a_run_that_begins_where_another_log_was_released_leaves_nothing(home: Home) -> None:
    records = home.loop.records()
    for kept in home.buckets.kept:
        kept.released_until_us = END_US - HOUR_US
    for number in range(2):
        home.buckets.count(number, records, watermark_us=0, now_us=END_US)
    told = home.intake.take()
    assert (told.left_to_batch, told.late_to_batch > 0) == (0, True)


def test_a_run_that_begins_anew_counts_for_the_one_before_which_is_heard_no_more(home: Home) -> None:
    records = home.loop.records()
    for number in range(2):
        home.buckets.count(number, records)
    home.intake.take()
    again = home.run("2")
    again.count(0, records[:40])
    home.intake.take()
    assert standing_of(home.logs, SMALL).live == {}
    home.buckets.count(1, records[:1])  # its old twin wakes
    again.count(1, records[:40])
    home.intake.take()
    assert standing_of(home.logs, SMALL).live == again.kept[0].offsets


def test_a_portion_that_is_missing_is_an_error(home: Home) -> None:
    records = home.loop.records()
    home.buckets.count(0, records[:10])
    home.intake.take()
    home.buckets.kept[0].portions += 1
    home.buckets.count(0, records[10:20])
    with pytest.raises(PortionLost, match="portion 3 of bucket 0 came after 1"):
        home.intake.take()


def test_portions_of_other_definitions_are_left_alone(home: Home) -> None:
    home.buckets.count(0, home.loop.records())
    Buckets(home.loop.log, SCHEMA, lateness_us=HOUR_US, run="2").count(1, home.loop.records())
    home.intake.take()
    ends = home.logs.updates.end_offsets(UPDATES)
    assert ends[0] > 0
    assert ends[1] == 0
