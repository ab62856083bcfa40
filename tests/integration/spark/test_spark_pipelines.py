"""The named batch jobs on Spark: the tables that DuckDB builds, also after silver was made anew from bronze."""

from functools import partial

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from tests.oracle.sending import draw

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.pipelines import LakeRunner
from tillstream.core.settings import LakeSettings
from tillstream.data.batch.gold import build_gold
from tillstream.data.batch.pipelines import read_pipelines, run_pipeline
from tillstream.data.batch.spark.gold import SparkDays
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.spark.rebuilding import rebuild_silver

pytestmark = [pytest.mark.spark, pytest.mark.timeout(400)]
SENT = [one for one in draw(29, 1_600) if one.topic == "clicks.v1"]
BEGUN = len(SENT) // 2


@pytest.fixture
def run_on_spark(spark, lake):
    runner = LakeRunner(lake, partial(rebuild_silver, spark, lake), SparkDays(spark, lake))

    def run(name):
        return {built.name: built for built in run_pipeline(runner, read_pipelines()[name])}

    return run


def land(folder, lake, sent):
    """By a log of its own in each folder: what a later log holds of an earlier one's are copies."""
    log = SqliteLog(folder)
    log.append("clicks.v1", [NewRecord(one.key, one.value, {RECEIVED_AT: str(one.received_at_us)}) for one in sent])
    topics = ("clicks.v1", "dead_letters.v1")
    LakeWorker(log, lake, LakeSettings(), topics=topics).run(lambda: False, until_caught_up=True)
    log.close()


def digests(lake):
    return {name: table_digest(lake, name) for name in lake.tables() if not name.startswith("bronze.")}


def test_jobs_on_spark_build_what_duckdb_builds_and_make_silver_good_from_bronze(run_on_spark, lake, tmp_path):
    by_hand = Lake(tmp_path / "by_hand")
    for one in (lake, by_hand):
        land(tmp_path / one.path.name / "first", one, SENT[:BEGUN])
        land(tmp_path / one.path.name / "second", one, SENT[BEGUN // 2 : -100])

    assert set(run_on_spark("aggregate_product_views")) == {"gold.product_daily"}
    build_gold(by_hand)
    assert table_digest(lake, "gold.product_daily") == table_digest(by_hand, "gold.product_daily")

    # As if landed before silver knew of bots; its positions, and what the worker knows by them, stay.
    clicks = lake.arrow("silver.clicks")
    unjudged = clicks.set_column(clicks.schema.get_field_index("is_bot"), "is_bot", pa.nulls(len(clicks), pa.bool_()))
    write_deltalake(lake.delta("silver.clicks"), unjudged, mode="overwrite")
    assert run_on_spark("join_bronze_to_silver")["silver.clicks"].rows == len(clicks)
    assert digests(lake) == digests(by_hand)
    assert lake.delta("silver.clicks").protocol().min_reader_version == 1

    for one in (lake, by_hand):
        land(tmp_path / one.path.name / "second", one, SENT[-100:])
    run_on_spark("output_to_gold")
    build_gold(by_hand)
    assert digests(lake) == digests(by_hand)
