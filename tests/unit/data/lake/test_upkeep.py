"""Tables stay small, however many commits and however old they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pyarrow as pa
import pytest
from tests.shop import at

from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.digest import table_digest
from tillstream.data.lake.inventory import history, table_size
from tillstream.data.lake.rewriting import turn_to_rewrite
from tillstream.data.lake.upkeep import Upkeep, compact, delete_days_before, trim_log, vacuum
from tillstream.data.lake.writing import CHECKPOINT_COMMITS, TableWriter
from tillstream.data.streaming.embedded.landing import FAST

STOCK = definition_of("silver.stock")


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path)


def rows(first, count=1, *, day=1):
    when = at("09:00", day=day)
    found = [
        {"event_id": f"s{n}", "occurred_at": when, "received_at": when, "product_id": "boots", "on_hand": n,
         "log_id": "log", "log_partition": 0, "log_offset": n, "occurred_on": when.date()}
        for n in range(first, first + count)
    ]  # fmt: skip
    return pa.Table.from_pylist(found, schema=STOCK.schema)


def live_like_a_week(lake, *, commits, compact_after, keep_versions):
    """Small commits, each with a late row, over seven days; the most files and log entries at any time."""
    writers = {name: TableWriter(lake, definition_of(name), FAST) for name in ("silver.stock", "bronze.stock")}
    for name in writers:
        # Delta's clock cannot be set: the hour that removed files stay in checkpoints is set to nothing.
        lake.delta(name).alter.set_table_properties({"delta.deletedFileRetentionDuration": "interval 0 seconds"})
    upkeep = Upkeep(lake, compact_after_commits=compact_after, keep_versions=keep_versions)
    most_files = most_entries = most_bytes = 0
    silver = writers["silver.stock"]
    for commit in range(commits):
        day = 1 + commit * 7 // commits
        silver.refresh()
        silver.append(pa.concat_tables([rows(2 * commit, day=day), rows(2 * commit + 1, day=1)]), {"log/0": commit + 1})
        upkeep.after_commits(["stock"])
        if commit % compact_after == compact_after - 1:
            entries = list((lake.folder("silver.stock") / "_delta_log").iterdir())
            most_entries = max(most_entries, len(entries))
            most_bytes = max(most_bytes, sum(path.stat().st_size for path in entries))
            most_files = max(most_files, len(lake.delta("silver.stock").file_uris()))
    return most_files, most_entries, most_bytes


def test_a_week_of_small_commits_leaves_few_files_and_log_entries(lake):
    files, entries, size = live_like_a_week(lake, commits=150, compact_after=15, keep_versions=30)
    assert files <= 7
    assert entries <= 30 + 3 * CHECKPOINT_COMMITS
    assert size < 2 * 2**20
    assert len(lake.arrow("silver.stock")) == 300
    assert TableWriter(lake, STOCK, FAST).position("log/0") == 150


@pytest.mark.load
@pytest.mark.timeout(1800)
def test_a_whole_week_of_commits_every_half_minute(lake):
    files, entries, size = live_like_a_week(lake, commits=20_160, compact_after=20, keep_versions=400)
    assert files <= 7
    assert entries < 2_000
    assert size < 20 * 2**20
    assert len(lake.arrow("silver.stock")) == 40_320


def test_compaction_changes_no_row(lake):
    writer = TableWriter(lake, STOCK, FAST)
    for n in range(6):
        writer.append(rows(n), {"log/0": n + 1})
    before = table_digest(lake, "silver.stock")
    assert compact(lake, "silver.stock").files_removed == 6
    assert table_size(lake, "silver.stock").files == 1
    assert table_digest(lake, "silver.stock") == before


def in_small_files(lake, count=12):
    writer = TableWriter(lake, STOCK, FAST)
    for n in range(count):
        writer.append(rows(n), {"log/0": n + 1})


def test_plain_delta_doubles_the_rows_of_a_table_that_two_compact_at_once(lake):
    in_small_files(lake)
    first, second = lake.delta("silver.stock"), lake.delta("silver.stock")
    first.optimize.compact()
    second.optimize.compact()
    assert len(lake.arrow("silver.stock")) == 24, "it was mended: compactions need no turn any more"


def test_of_two_that_compact_at_once_one_leaves_it_to_the_other(lake):
    for _ in range(5):
        in_small_files(lake)
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda _: compact(lake, "silver.stock"), range(2)))
        assert max(one.files_added for one in done) == 1
    assert len(lake.arrow("silver.stock")) == 60


def test_compaction_waits_for_nobody_and_comes_again(lake):
    in_small_files(lake)
    with turn_to_rewrite(lake, "silver.stock"):
        assert compact(lake, "silver.stock").files_removed == 0
    assert compact(lake, "silver.stock").files_removed == 12


def test_a_writer_that_others_left_far_behind_goes_on_from_the_newest_version(lake):
    behind, busy = TableWriter(lake, STOCK, FAST), TableWriter(lake, STOCK, FAST)
    for n in range(3 * CHECKPOINT_COMMITS):
        busy.append(rows(n), {"log/0": n + 1})
    assert trim_log(lake, "silver.stock", keep_versions=CHECKPOINT_COMMITS) > 0
    behind.refresh()
    assert behind.position("log/0") == 3 * CHECKPOINT_COMMITS
    behind.append(rows(1_000), {"log/1": 1_001})
    assert len(lake.arrow("silver.stock")) == 3 * CHECKPOINT_COMMITS + 1


def test_whole_days_go_when_they_are_too_old(lake):
    writer = TableWriter(lake, STOCK, FAST)
    writer.append(pa.concat_tables([rows(0, 5, day=1), rows(5, 3, day=2)]), {"log/0": 8})
    delete_days_before(lake, "silver.stock", date(2026, 3, 3))
    assert set(lake.arrow("silver.stock", ["on_hand"])["on_hand"].to_pylist()) == {5, 6, 7}
    assert delete_days_before(lake, "silver.stock", date(2026, 3, 3)) == 0


def test_vacuum_takes_what_a_killed_writer_left_and_nothing_that_lives(lake):
    TableWriter(lake, STOCK, FAST).append(rows(0), {"log/0": 1})
    left = lake.folder("silver.stock") / "occurred_on=2026-03-02" / "part-left.parquet"
    left.write_bytes(b"half a file")
    assert vacuum(lake, "silver.stock") == 0, "younger than an hour: its writer may still be at work"
    assert vacuum(lake, "silver.stock", hours=0) == 1
    assert len(lake.arrow("silver.stock")) == 1


def test_history_says_what_was_added(lake):
    TableWriter(lake, STOCK, FAST).append(rows(0, 4), {"log/0": 4})
    newest = history(lake, "silver.stock", 5)[0]
    assert (newest["version"], newest["operation"], newest["rows_added"]) == (1, "WRITE", 4)
