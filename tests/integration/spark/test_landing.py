"""A batch by Spark into tables that delta-rs may have begun, and the losses of Delta that are errors here."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.shop import at, click, new_record

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import topic_named
from tillstream.core.settings import LakeSettings
from tillstream.data.lake import definition_of
from tillstream.data.lake.digest import table_digest
from tillstream.data.lake.errors import CommitConflict, OtherBytes, TableBehind
from tillstream.data.lake.spark.writing import TableTransaction
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.reconciling import starting_offset
from tillstream.data.streaming.spark.landing import Landed, Landing, Span

pytestmark = pytest.mark.spark
CLICKS = topic_named("clicks.v1")
KAFKA = (
    "topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP, key BINARY, value BINARY, "
    "headers ARRAY<STRUCT<key: STRING, value: BINARY>>"
)


@pytest.fixture
def local(tmp_path):
    """A log to take records from, as Kafka's source would hand them over."""
    log = SqliteLog(tmp_path / "log")
    yield log
    log.close()


@pytest.fixture
def letters():
    return []


@pytest.fixture
def landing(lake, local, letters):
    return Landing(lake, local.log_id, lambda frame: letters.extend(frame.collect()))


def clicks(count, *, first=0):
    return [
        new_record("clicks.v1", click(f"e{n}", at("09:00"), "v1", page=f"/{n}")) for n in range(first, first + count)
    ]


def frame(spark, records):
    rows = [
        (
            one.topic,
            one.partition,
            one.offset,
            datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=one.appended_at_us),
            one.key.encode(),
            one.value,
            [(name, value.encode()) for name, value in one.headers.items()],
        )
        for one in records
    ]
    return spark.createDataFrame(rows, KAFKA)


def land(spark, landing, records, *, since=0):
    (partition,) = {one.partition for one in records}
    span = Span(since, records[0].offset, records[-1].offset, len(records))
    return landing.land(CLICKS, frame(spark, records), {partition: span})


def append(log, records):
    (partition,) = {place.partition for place in log.append("clicks.v1", records)}
    return partition


def catch_up(log, lake):
    return LakeWorker(log, lake, LakeSettings(), topics=("clicks.v1",)).run(lambda: False, until_caught_up=True)


def test_a_batch_that_comes_again_changes_nothing_but_sends_its_dead_letters(spark, local, lake, landing, letters):
    partition = append(local, [*clicks(3), NewRecord("v1", b"{oops"), *clicks(1)])
    records = local.read("clicks.v1", partition, 0, 100)
    assert land(spark, landing, records) == Landed(5, 3, 1)
    before = lake.version("bronze.clicks"), lake.version("silver.clicks")
    assert land(spark, landing, records) == Landed(0, 0, 1)
    assert (lake.version("bronze.clicks"), lake.version("silver.clicks")) == before
    assert [letter["value"] for letter in letters[:1]] == [letter["value"] for letter in letters[1:]]


def test_other_bytes_at_a_place_the_table_has_are_an_error_where_plain_spark_says_nothing(
    spark, local, landing, tmp_path
):
    partition = append(local, clicks(3))
    records = local.read("clicks.v1", partition, 0, 100)
    land(spark, landing, records)
    others = [one._replace(value=one.value.replace(b'"/1"', b'"/9"')) for one in records]
    with pytest.raises(OtherBytes, match="made anew"):
        land(spark, landing, others)
    with pytest.raises(OtherBytes, match="made anew"):
        landing.check_record(CLICKS, others[1])

    plain = str(tmp_path / "plain")
    for page in ("/1", "/9"):
        rows = spark.createDataFrame([(page,)], "page STRING").write.format("delta").mode("append")
        rows.option("txnAppId", "job").option("txnVersion", 0).save(plain)
    assert [row["page"] for row in spark.read.format("delta").load(plain).collect()] == ["/1"]  # "/9" is lost


def test_a_lost_checkpoint_loses_nothing_where_plain_spark_drops_every_batch(spark, local, lake, landing, tmp_path):
    partition = append(local, clicks(2))
    land(spark, landing, local.read("clicks.v1", partition, 0, 100))
    append(local, clicks(2, first=2))
    # A job that knows nothing but the log and the tables.
    start = starting_offset(local, landing, ("clicks.v1", partition), 0)
    land(spark, landing, local.read("clicks.v1", partition, start, 100), since=start)
    assert sorted(lake.arrow("silver.clicks")["event_id"].to_pylist()) == ["e0", "e1", "e2", "e3"]

    plain = str(tmp_path / "plain")
    for run in (["e0", "e1"], ["e2", "e3"]):  # the second run begins at batch 0, for its checkpoint is gone
        for batch, event in enumerate(run):
            rows = spark.createDataFrame([(event,)], "event_id STRING").write.format("delta").mode("append")
            rows.option("txnAppId", "job").option("txnVersion", batch).save(plain)
    found = spark.read.format("delta").load(plain).collect()
    assert sorted(row["event_id"] for row in found) == ["e0", "e1"]  # "e2" and "e3" are lost


def test_either_engine_goes_on_where_the_other_stopped(spark, local, lake, landing):
    partition = append(local, clicks(4))
    catch_up(local, lake)
    append(local, [*clicks(2, first=4), *clicks(1)])
    assert land(spark, landing, local.read("clicks.v1", partition, 4, 100), since=4) == Landed(3, 2, 0)
    append(local, [*clicks(2, first=6), *clicks(1, first=5)])
    totals = catch_up(local, lake)
    assert (totals.bronze_rows, totals.silver_rows) == (3, 2)
    assert sorted(lake.arrow("silver.clicks")["event_id"].to_pylist()) == [f"e{n}" for n in range(8)]
    protocol = lake.delta("silver.clicks").protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)


def test_a_crash_between_bronze_and_silver_is_made_good(spark, local, lake, landing, tmp_path):
    partition = append(local, clicks(3))
    records = local.read("clicks.v1", partition, 0, 100)
    land(spark, landing, records)
    digest = table_digest(lake, "silver.clicks")
    (tmp_path / "away").mkdir()
    lake.folder("silver.clicks").rename(tmp_path / "away" / "clicks")
    assert land(spark, landing, records) == Landed(0, 3, 0)
    assert table_digest(lake, "silver.clicks") == digest


def test_a_batch_that_would_leave_a_hole_is_refused(spark, local, lake, landing):
    partition = append(local, clicks(6))
    with pytest.raises(TableBehind, match="covered up to 0, but the batch begins at 3"):
        land(spark, landing, local.read("clicks.v1", partition, 3, 100), since=3)
    assert len(lake.arrow("bronze.clicks")) == 0


def test_of_two_writers_of_one_position_the_second_is_refused(spark, local, lake, landing):
    partition = append(local, clicks(3))
    records = local.read("clicks.v1", partition, 0, 100)
    slow = TableTransaction(spark, lake, definition_of("bronze.clicks"))
    application = f"{local.log_id}/clicks.v1/{partition}"
    assert slow.position(application) == 0
    land(spark, landing, records)
    rows = spark.read.format("delta").load(str(lake.folder("bronze.clicks")))
    with pytest.raises(CommitConflict):
        slow.append(rows, {application: 3})
