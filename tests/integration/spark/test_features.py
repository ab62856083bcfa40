"""Features on Spark: the tiles that batch sends and the values at any instant, bit for bit those of Polars."""

import random
from dataclasses import replace
from functools import partial

import polars as pl
import pytest
from tests.unit.features.every_kind import every_kind
from tests.unit.features.live_loop import IDS, SMALL, LiveLoop
from tests.unit.features.small_log import SilverTables, small_log
from tests.unit.features.test_live_engine import portions
from tests.unit.features.test_training_set import spine_of

from tillstream.adapters.spark.interpreting import interpreted
from tillstream.core.contracts import topic_named
from tillstream.core.settings import LakeSettings
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.features.definitions import schema_of
from tillstream.features.offline import training_set
from tillstream.features.offline.release import owed_by_polars, records_of, release, standing_of
from tillstream.features.offline.spark import frames_of_lake, owed_by_spark
from tillstream.features.offline.spark import training_set as training_set_on_spark
from tillstream.features.offline.spark.silver import people
from tillstream.features.parity import History, Moment, PolarsReference, Tally, compare
from tillstream.features.parity.report import lines_of
from tillstream.features.parity.spark import SparkEngine
from tillstream.features.updates import UPDATES

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]
DAYS = 4.0
SCHEMA = schema_of(every_kind())
ASKED = {entity: ids for entity, ids in IDS.items() if entity in SMALL.groups}
KEYS = [f"{entity}:{one}" for entity, ids in ASKED.items() for one in ids]


@pytest.fixture(scope="module", autouse=True)
def few_rows(spark):
    with interpreted(spark):
        yield


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """A log counted live, half of it released to batch; the rest is owed."""
    loop = LiveLoop(tmp_path_factory.mktemp("features"), small_log(5, 250, days=DAYS), schema=SCHEMA)
    batches = portions(loop.records(), random.Random(5))
    for number, batch in enumerate(batches):
        loop.count(batch)
        if number == len(batches) // 2:
            loop.release()
    loop.lake_reads_all()
    return loop


@pytest.fixture(scope="module")
def frames(spark, loop):
    return frames_of(spark, loop.events)


def frames_of(spark, events):
    """Silver as it is in memory; each table is handed to Spark once."""
    tables, known = SilverTables(events), {}

    def frame(topic, since_us):
        if topic not in known:
            rows = spark.createDataFrame(tables.arrow(f"silver.{topic_named(topic).entity}"))
            known[topic] = people(topic, rows)
        return known[topic].where(f"unix_micros(occurred_at) >= {since_us}L")

    return frame


def records_by_key(owed, schema=SCHEMA):
    return {record.key: record for record, _ in records_of(schema, owed)}


@pytest.mark.parametrize("is_first", [False, True])
def test_spark_owes_the_bytes_that_polars_owes(loop, frames, is_first):
    standing = standing_of(loop.logs, SCHEMA)
    assert standing.sent_us
    if is_first:
        standing = replace(standing, sent_us=0, covered={})
    by_polars = owed_by_polars(SilverTables(loop.events), SCHEMA, standing)
    by_spark = owed_by_spark(frames, SCHEMA, standing)
    assert by_spark.read == by_polars.read
    kinds = {SCHEMA.groups[key.partition(":")[0]][n].kind for key, of in by_polars.tiles for n, _, _ in of}
    assert kinds == {group.kind for groups in SCHEMA.groups.values() for group in groups}
    assert records_by_key(by_spark) == records_by_key(by_polars)


def test_a_release_by_spark_settles_as_one_by_polars_does(loop, frames):
    compute = partial(owed_by_spark, frames)
    done = release(SilverTables(loop.events), loop.logs, SCHEMA, compute=compute)
    assert done.tiles > done.rows > 0
    assert release(SilverTables(loop.events), loop.logs, SCHEMA, compute=compute).tiles == 0


def test_the_lake_s_own_tables_give_the_same_tiles_to_both(spark, lake, tmp_path):
    loop = LiveLoop(tmp_path, small_log(6, 150, days=DAYS), schema=SMALL)
    loop.count(loop.records())
    LakeWorker(loop.log, lake, LakeSettings()).run(lambda: False, until_caught_up=True)
    standing = standing_of(loop.logs, SMALL)
    by_polars, by_spark = (
        owed_by_polars(lake, SMALL, standing),
        owed_by_spark(frames_of_lake(spark, lake), SMALL, standing),
    )
    assert by_spark.read == by_polars.read
    found = records_by_key(by_polars, SMALL)
    assert len(found) > 5
    assert records_by_key(by_spark, SMALL) == found


def test_a_value_at_any_instant_is_the_one_of_polars(spark, loop, frames):
    spine = spine_of(5, 8, days=DAYS + 4).with_columns(row=pl.int_range(8))
    asked = spark.createDataFrame(spine.to_arrow())
    features = tuple(SCHEMA.features.values())
    told = training_set_on_spark(frames, asked, features).toArrow()
    by_polars = training_set(SilverTables(loop.events), spine, features).sort("row").to_dicts()
    by_spark = told.sort_by("row").to_pylist()
    assert len(by_spark) == 8
    for expected, row in zip(by_polars, by_spark, strict=True):
        differing = {name: (row[name], expected[name]) for name in SCHEMA.features if row[name] != expected[name]}
        assert not differing, expected["at"]


def test_spark_is_an_engine_of_the_proof_wherever_the_writer_stands(spark, tmp_path):
    loop = LiveLoop(tmp_path, small_log(5, 250, days=DAYS), schema=SMALL)
    for batch in portions(loop.records(), random.Random(5)):
        loop.count(batch)
    frames, ends = frames_of(spark, loop.events), loop.updates.end_offsets(UPDATES)
    history, own = (
        History(loop.updates, SMALL, KEYS, standing=standing_of(loop.logs, SMALL), ends=ends) for _ in range(2)
    )
    at_us = loop.records()[-1].received_at_us
    moments = [Moment({n: end // share for n, end in ends.items()}, at_us, ASKED) for share in (3, 1)]
    reference = PolarsReference(SilverTables(loop.events), history, at_us)
    engines = {"polars": reference, "spark": SparkEngine(spark, frames, own, moments)}
    tally = Tally()
    for moment in moments:
        compare(SMALL, engines, moment, tally)
    assert tally.valued > 50
    assert list(lines_of(tally)) == [f"parity triples={tally.triples} mismatches=0 missing=0 extra=0"]
