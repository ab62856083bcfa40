"""The lake worker: nothing lost, nothing doubled, whatever is repeated, torn or restored."""

import shutil
import time

import pytest
from tests.shop import at, click, new_record, shop_records

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import topic_named
from tillstream.core.settings import LakeSettings, LogSettings
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.lake.errors import CommitConflict, LakeBehindGroup, LogBehindLake, OtherBytes, TableBehind
from tillstream.data.streaming.decoding import columns_of
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.embedded.landing import Landing


def clicks(count, *, first=0, day=1):
    return [
        new_record("clicks.v1", click(f"e{n}", at("09:00", day=day), f"v{n % 7}")) for n in range(first, first + count)
    ]


def ids(lake, name="silver.clicks"):
    return sorted(lake.arrow(name, ["event_id"])["event_id"].to_pylist())


def test_the_sample_shop_arrives_whole(log, lake, catch_up):
    records = shop_records()
    for topic, record in records:
        log.append(topic, [record])
    catch_up(*{topic for topic, _ in records})
    landed = sum(len(lake.arrow(name)) for name in lake.tables() if name.startswith("silver."))
    assert landed == len(records)


def test_a_copy_falls_out_and_the_first_in_the_log_stays(log, lake, catch_up):
    first, copy = click("e1", at("09:00"), "v", page="/a"), click("e1", at("09:00"), "v", page="/b")
    log.append("clicks.v1", [new_record("clicks.v1", first)])
    catch_up()
    log.append("clicks.v1", [new_record("clicks.v1", copy), new_record("clicks.v1", copy)])
    catch_up()
    assert lake.arrow("silver.clicks", ["page"])["page"].to_pylist() == ["/a"]
    assert len(lake.arrow("bronze.clicks")) == 3


def test_the_same_id_on_another_day_is_another_event(log, lake, catch_up):
    log.append("clicks.v1", [new_record("clicks.v1", click("e1", at("09:00", day=day), "v")) for day in (1, 2)])
    catch_up()
    assert ids(lake) == ["e1", "e1"]


def test_poison_reaches_dead_letters_once_with_its_bytes(log, lake, catch_up):
    log.append("clicks.v1", [NewRecord("v", b"{oops"), NewRecord("v", b"{oops"), *clicks(1)])
    catch_up()
    letters = lake.arrow("silver.dead_letters").to_pylist()
    assert [letter["original"] for letter in letters] == ["e29vcHM="]
    assert len(lake.arrow("bronze.clicks")) == 3
    assert ids(lake) == ["e0"]


def test_a_late_event_lands_on_its_own_day(log, lake, catch_up):
    log.append("clicks.v1", clicks(1, day=3))
    catch_up()
    log.append("clicks.v1", [new_record("clicks.v1", click("late", at("09:00"), "v"), late_seconds=3 * 86_400)])
    catch_up()
    days = {row["event_id"]: row["occurred_on"].day for row in lake.arrow("silver.clicks").to_pylist()}
    assert days == {"e0": 4, "late": 2}


@pytest.mark.parametrize("commit_rows", [1, 5, 1_000])
def test_the_size_of_batches_changes_no_row(log, lake, catch_up, commit_rows):
    log.append("clicks.v1", [*clicks(8), NewRecord("v", b"bad"), *clicks(4)])
    catch_up(commit_rows=commit_rows)
    assert ids(lake) == sorted(f"e{n}" for n in range(8))


def test_a_group_that_forgot_its_place_doubles_nothing(log, lake, catch_up, tmp_path):
    log.append("clicks.v1", clicks(30))
    catch_up()
    before = table_digest(lake, "bronze.clicks"), table_digest(lake, "silver.clicks")
    for file in (tmp_path / "log" / "groups").glob("lake.db*"):
        file.unlink()
    log.append("clicks.v1", clicks(1, first=30))
    totals = catch_up()
    assert (totals.records, totals.bronze_rows, totals.silver_rows) == (31, 1, 1)
    assert before[1] != table_digest(lake, "silver.clicks")
    assert len(ids(lake)) == 31


def test_other_bytes_at_a_place_the_lake_has_are_an_error_not_a_repeat(log, lake, catch_up, tmp_path):
    log.append("clicks.v1", clicks(5))
    catch_up()
    log_id = (tmp_path / "log" / "log.json").read_text()
    log.close()
    shutil.rmtree(tmp_path / "log")
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "log.json").write_text(log_id)
    anew = SqliteLog(tmp_path / "log")
    anew.append("clicks.v1", clicks(9, first=100))
    with pytest.raises(OtherBytes, match="made anew"):
        LakeWorker(anew, lake, LakeSettings(), topics=("clicks.v1",)).run(lambda: False, until_caught_up=True)
    anew.close()


def test_a_log_restored_from_an_older_copy_is_an_error(log, lake, catch_up, tmp_path):
    log.append("clicks.v1", clicks(5))
    catch_up()
    log.append("clicks.v1", clicks(5))
    log_id = (tmp_path / "log" / "log.json").read_text()
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "log.json").write_text(log_id)
    older = SqliteLog(tmp_path / "older")
    with pytest.raises(LogBehindLake, match="restored from an older copy"):
        LakeWorker(older, lake, LakeSettings(), topics=("clicks.v1",)).run(lambda: False, until_caught_up=True)
    older.close()


def test_a_lake_that_was_deleted_is_filled_again_while_the_log_has_it_all(log, lake, catch_up):
    log.append("clicks.v1", clicks(12))
    catch_up()
    shutil.rmtree(lake.path)
    catch_up()
    assert len(ids(lake)) == 12


def test_a_lake_that_was_deleted_after_the_log_let_go_is_an_error(log, lake, catch_up):
    log.append("clicks.v1", clicks(12))
    catch_up()
    log.apply_retention(2**62)
    shutil.rmtree(lake.path)
    log.append("clicks.v1", clicks(12, first=12))
    with pytest.raises(LakeBehindGroup, match="the log begins at"):
        catch_up()


def test_a_deleted_silver_table_is_filled_again_and_bronze_stays(log, lake, catch_up):
    log.append("clicks.v1", clicks(12))
    catch_up()
    shutil.rmtree(lake.folder("silver.clicks"))
    totals = catch_up()
    assert (totals.bronze_rows, totals.silver_rows) == (0, 12)


def test_two_workers_share_the_partitions_and_the_work(log, lake, catch_up):
    log.append("clicks.v1", clicks(200))
    other = LakeWorker(log, lake, LakeSettings(), topics=("clicks.v1",))
    one = LakeWorker(log, lake, LakeSettings(), topics=("clicks.v1",))
    asked = iter(range(5))
    other.run(lambda: next(asked, None) is None)
    one.run(lambda: False, until_caught_up=True)
    assert len(ids(lake)) == 200
    assert 0 < other.totals.bronze_rows < 200


def test_a_worker_that_slept_past_its_lease_writes_nothing_twice(lake, tmp_path):
    log = SqliteLog(tmp_path / "log", LogSettings(lease_seconds=0.3))
    log.append("clicks.v1", clicks(50))
    asked = iter(range(3))

    def sleep_once():
        if next(asked, None) == 1:
            # Read but not committed; meanwhile the lease runs out and another takes over and finishes.
            time.sleep(0.5)
            LakeWorker(log, lake, LakeSettings(), topics=("clicks.v1",)).run(lambda: False, until_caught_up=True)
        return False

    zombie = LakeWorker(log, lake, LakeSettings(), topics=("clicks.v1",))
    zombie.run(sleep_once, until_caught_up=True)
    assert zombie.totals.bronze_rows == 0
    assert len(lake.arrow("bronze.clicks")) == 50
    assert len(ids(lake)) == 50
    log.close()


def test_of_two_writers_of_one_position_the_second_is_refused(log, lake, catch_up):
    log.append("clicks.v1", clicks(30))
    columns = columns_of(topic_named("clicks.v1"), log.read("clicks.v1", 0, 0, 10), log.log_id)
    first, second = Landing(Lake(lake.path), log.log_id), Landing(Lake(lake.path), log.log_id)
    slow = second.writer("bronze.clicks")
    first.land(columns, {0: 0})
    with pytest.raises(CommitConflict):
        slow.append(columns.bronze, {f"{log.log_id}/clicks.v1/0": len(columns.bronze)})


@pytest.mark.parametrize("done", ["bronze", "bronze and silver", "bronze, silver and dead letters"])
def test_a_crash_between_two_commits_loses_nothing_and_doubles_nothing(log, lake, catch_up, done):
    log.append("clicks.v1", [*clicks(30), NewRecord("v1", b"{oops")])
    landing = Landing(lake, log.log_id)
    for partition in range(4):
        records = log.read("clicks.v1", partition, 0, 20)
        if not records:
            continue
        columns = columns_of(topic_named("clicks.v1"), records, log.log_id)
        if done == "bronze":
            position = {f"{log.log_id}/clicks.v1/{partition}": records[-1].offset + 1}
            landing.writer("bronze.clicks").append(columns.bronze, position)
        else:
            landing.land(columns, {partition: 0})
        if done.endswith("letters"):
            log.append("dead_letters.v1", columns.dead_letters)
    totals = catch_up()
    assert totals.silver_rows == (31 if done == "bronze" else 1)
    assert totals.bronze_rows == (2 if done.endswith("letters") else 1)
    assert len(lake.arrow("bronze.clicks")) == 31
    assert ids(lake) == sorted(f"e{n}" for n in range(30))
    assert len(lake.arrow("silver.dead_letters")) == 1


def test_a_stale_batch_never_moves_a_position_back(log, lake, catch_up):
    log.append("clicks.v1", clicks(30))
    stale = [record for partition in (0, 1) for record in log.read("clicks.v1", partition, 0, 3)]
    log.append("clicks.v1", clicks(30, first=30))
    catch_up()
    topic, landing = topic_named("clicks.v1"), Landing(lake, log.log_id)
    before = [landing.position(layer, topic, partition) for layer in ("bronze", "silver") for partition in range(4)]
    # One partition brings something new, so the batch is written; the other is long since covered.
    log.append("clicks.v1", [record for record in clicks(60, first=60) if record.key in {one.key for one in stale[:1]}])
    fresh = log.read("clicks.v1", stale[0].partition, before[stale[0].partition], 10)
    others = [record for record in stale if record.partition != fresh[0].partition]
    assert fresh
    assert others
    landing.land(columns_of(topic, [*fresh, *others], log.log_id), {})
    after = [landing.position(layer, topic, partition) for layer in ("bronze", "silver") for partition in range(4)]
    assert all(now >= then for now, then in zip(after, before, strict=True))
    catch_up()
    assert len(lake.arrow("bronze.clicks")) == sum(log.end_offsets("clicks.v1").values())


def test_a_batch_that_would_leave_a_hole_is_refused(log, lake):
    log.append("clicks.v1", clicks(40))
    later = log.read("clicks.v1", 0, 3, 10)
    landing = Landing(lake, log.log_id)
    with pytest.raises(TableBehind, match="covered up to 0, but the batch begins at 3"):
        landing.land(columns_of(topic_named("clicks.v1"), later, log.log_id), {0: 3})
    assert len(lake.arrow("bronze.clicks")) == 0
