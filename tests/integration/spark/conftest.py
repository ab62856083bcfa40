"""One broker and one Spark session for the whole lane; each test has empty topics and a lake of its own."""

from pathlib import Path

import pytest
from tests.brokers import one_broker

from tillstream.adapters.log.kafka import KafkaLog
from tillstream.adapters.log.kafka.group_offsets import GroupOffsets
from tillstream.adapters.spark import open_session
from tillstream.core.settings import LakeSettings, SparkSettings
from tillstream.data.lake import Lake
from tillstream.data.streaming.spark import LakeJob
from tillstream.data.streaming.totals import GROUP

JARS = Path("var/jars/spark")


@pytest.fixture(scope="session")
def brokers(tmp_path_factory):
    with one_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="session")
def spark(tmp_path_factory, root):
    settings = SparkSettings(java_options="-XX:+UseSerialGC")
    with open_session(settings, root / JARS, tmp_path_factory.mktemp("spark"), name="tests") as session:
        yield session


@pytest.fixture
def log(brokers):
    brokers.empty()
    with_log = KafkaLog(brokers.settings)
    yield with_log
    with_log.close()


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


@pytest.fixture
def make_job(spark, brokers, log, lake, tmp_path):
    """A job over a few topics; `lake` and `log` may be others."""

    def make(*topics, into=None, **options):
        settings = SparkSettings(**{"trigger_seconds": 0, **options})
        group = GroupOffsets(brokers.settings, GROUP)
        return LakeJob(
            spark, log, group, into or lake, brokers.settings, settings, LakeSettings(), tmp_path / "scratch",
            topics=topics or ("clicks.v1", "orders.v1", "dead_letters.v1"),
        )  # fmt: skip

    return make


@pytest.fixture
def catch_up(make_job):
    """Runs a job until nothing is left to read."""

    def run(*topics, **options):
        return make_job(*topics, **options).run(lambda: False, until_caught_up=True)

    return run
