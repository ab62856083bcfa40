"""Gold tables against the oracle, whole and grown bit by bit."""

import random
from dataclasses import replace

import pytest
from tests.oracle.gold import differences_of_gold
from tests.oracle.sending import draw
from tests.oracle.silver import differences_of_dead_letters, differences_of_silver, expected_silver

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.records import partition_of
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import LakeSettings
from tillstream.data.batch.gold import GOLD, build_gold
from tillstream.data.batch.progress import read_positions
from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.streaming.embedded.lake_worker import LakeWorker

SENT = list(draw(11, 2_000))


def append(log, sent):
    for topic in sorted({one.topic for one in sent}):
        records = [
            NewRecord(one.key, one.value, {RECEIVED_AT: str(one.received_at_us)}) for one in sent if one.topic == topic
        ]
        log.append(topic, records)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A lake that was fed topic by topic and slice by slice, out of step, with a build after each."""
    root = tmp_path_factory.mktemp("grown")
    log, lake = SqliteLog(root / "log"), Lake(root / "lake")
    topics = sorted({one.topic for one in SENT})
    chance = random.Random(5)
    left = {topic: [one for one in SENT if one.topic == topic] for topic in topics}
    while any(left.values()):
        for topic in chance.sample(topics, 8):
            some = chance.randrange(50, 900)
            append(log, left[topic][:some])
            left[topic] = left[topic][some:]
        LakeWorker(log, lake, LakeSettings(), topics=[*topics, "dead_letters.v1"]).run(
            lambda: False, until_caught_up=True
        )
        build_gold(lake)
    log.close()
    return lake


def test_silver_and_dead_letters_are_what_the_oracle_says(grown):
    found = {name.partition(".")[2]: grown.arrow(name).to_pylist() for name in grown.tables() if "silver" in name}
    assert differences_of_silver(found, SENT) == []
    assert differences_of_dead_letters(found["dead_letters"], SENT) == []


def test_gold_is_what_the_oracle_says(grown):
    found = {name.partition(".")[2]: grown.arrow(name).to_pylist() for name in GOLD}
    silver = {entity: list(rows.values()) for entity, rows in expected_silver(SENT).items()}
    assert differences_of_gold(found, silver) == []


def test_gold_grown_bit_by_bit_equals_a_full_build_by_hash(grown):
    before = {name: table_digest(grown, name) for name in GOLD}
    build_gold(grown, full=True)
    assert {name: table_digest(grown, name) for name in GOLD} == before


def test_a_build_without_new_rows_writes_nothing(grown):
    build_gold(grown)
    versions = {name: grown.version(name) for name in GOLD}
    assert all(built.days == 0 for built in build_gold(grown))
    assert {name: grown.version(name) for name in GOLD} == versions


@pytest.mark.parametrize(
    "changed", [{"query": "SELECT 1"}, {"reads": (("orders", "1 day back"),)}, {"key": ("other",)}]
)
def test_a_table_whose_sql_or_header_changed_is_built_anew(grown, changed):
    build_gold(grown)
    table = table_sql("gold.sales_daily")
    assert read_positions(grown, table)
    assert read_positions(grown, replace(table, **changed)) == {}


def test_a_partition_that_comes_after_the_others_is_not_left_out(tmp_path):
    log, lake = SqliteLog(tmp_path / "log"), Lake(tmp_path / "lake")
    orders = [one for one in SENT if one.topic == "orders.v1"]
    for partition in (1, 0):
        append(log, [one for one in orders if partition_of(one.key, 2) == partition])
        LakeWorker(log, lake, LakeSettings(), topics=["orders.v1"]).run(lambda: False, until_caught_up=True)
        build_gold(lake, ["gold.sales_daily"])
    log.close()
    grown = table_digest(lake, "gold.sales_daily")
    build_gold(lake, ["gold.sales_daily"], full=True)
    assert table_digest(lake, "gold.sales_daily") == grown
