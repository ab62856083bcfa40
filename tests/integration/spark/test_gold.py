"""Gold by Spark from the SQL files that DuckDB runs: equal tables, one after the other in either order."""

import shutil

import pytest
from tests.oracle.sending import draw

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import LakeSettings
from tillstream.data.batch.gold import GOLD, build_gold
from tillstream.data.batch.spark.gold import SparkDays
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.streaming.embedded.lake_worker import LakeWorker

pytestmark = pytest.mark.spark
SENT = list(draw(23, 2_400))


IN_TURNS = ["gold.sales_daily"]


@pytest.fixture(scope="module")
def lakes(tmp_path_factory, spark):
    """One silver, told in two parts: gold by DuckDB, by Spark, and by Spark after DuckDB."""
    root = tmp_path_factory.mktemp("gold")
    log, lake, turns = SqliteLog(root / "log"), Lake(root / "duckdb"), Lake(root / "turns")
    tell(log, SENT[:1_500], lake)
    shutil.copytree(lake.path, turns.path)
    build_gold(turns, IN_TURNS)
    tell(log, SENT[1_500:], lake)
    log.close()
    shutil.rmtree(turns.path / "silver")
    shutil.copytree(lake.path / "silver", turns.path / "silver")
    built = build_gold(turns, IN_TURNS, build_days=SparkDays(spark, turns))
    assert all(one.days for one in built)
    by_spark = Lake(root / "spark")
    shutil.copytree(lake.path, by_spark.path)
    build_gold(by_spark, build_days=SparkDays(spark, by_spark))
    build_gold(lake)
    return {"duckdb": lake, "spark": by_spark, "turns": turns}


def tell(log, sent, lake):
    for topic in sorted({one.topic for one in sent}):
        some = [one for one in sent if one.topic == topic]
        log.append(topic, [NewRecord(one.key, one.value, {RECEIVED_AT: str(one.received_at_us)}) for one in some])
    LakeWorker(log, lake, LakeSettings()).run(lambda: False, until_caught_up=True)


@pytest.mark.parametrize("name", GOLD)
def test_a_table_built_by_spark_is_the_one_that_duckdb_builds(lakes, name):
    assert table_digest(lakes["spark"], name) == table_digest(lakes["duckdb"], name)


@pytest.mark.parametrize("name", IN_TURNS)
def test_spark_goes_on_where_duckdb_stopped(lakes, name):
    assert table_digest(lakes["turns"], name) == table_digest(lakes["duckdb"], name)


def test_the_tables_stay_what_delta_readers_of_the_first_version_read(lakes):
    for name in GOLD:
        protocol = lakes["spark"].delta(name).protocol()
        assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)


def test_a_build_without_new_rows_writes_nothing(lakes, spark):
    lake = lakes["turns"]
    versions = {name: lake.version(name) for name in IN_TURNS}
    assert all(built.days == 0 for built in build_gold(lake, IN_TURNS, build_days=SparkDays(spark, lake)))
    assert {name: lake.version(name) for name in IN_TURNS} == versions
