"""A `spark://` address instead of `local[2]`: a master and a worker from the wheel, and the same tables."""

from pathlib import Path

import pytest
from tests.brokers import RunningBrokers
from tests.integration.lake.test_kill_lake import run
from tests.integration.spark.standalone import cluster
from tests.oracle.sending import Sent, draw

from tillstream.adapters.log import RECEIVED_AT, Log, NewRecord
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import LakeSettings
from tillstream.data.batch.gold import build_gold
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.streaming.embedded.lake_worker import LakeWorker

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]
TOPICS = ("clicks.v1", "orders.v1")
GOLD = ["gold.sales_daily"]
SENT = [one for one in draw(5, 2_500) if one.topic in TOPICS]


def append(log: Log, sent: list[Sent]) -> None:
    for topic in TOPICS:
        some = [one for one in sent if one.topic == topic]
        log.append(topic, [NewRecord(one.key, one.value, {RECEIVED_AT: str(one.received_at_us)}) for one in some])


def by_hand(folder: Path) -> dict[str, str]:
    """What the embedded worker, which local Spark is held to as well, makes of it."""
    log, lake = SqliteLog(folder / "log"), Lake(folder / "lake")
    append(log, SENT)
    LakeWorker(log, lake, LakeSettings(), topics=(*TOPICS, "dead_letters.v1")).run(lambda: False, until_caught_up=True)
    log.close()
    build_gold(lake, GOLD)
    return digests(lake)


def digests(lake: Lake) -> dict[str, str]:
    return {name: table_digest(lake, name) for name in lake.tables() if not name.startswith("bronze.")}


def test_a_cluster_makes_the_tables_that_one_process_makes(
    tmp_path: Path, brokers: RunningBrokers, log: KafkaLog
) -> None:
    append(log, SENT)
    with cluster(tmp_path / "cluster") as there:
        environment = {
            "TILLSTREAM_HOME": str(tmp_path),
            "TILLSTREAM_ENGINES": '{"log": "kafka", "lake": "spark"}',
            "TILLSTREAM_KAFKA__BOOTSTRAP": brokers.settings.bootstrap,
            "TILLSTREAM_SPARK__MASTER": there.address,
            "TILLSTREAM_SPARK__DRIVER_MEMORY_MEBIBYTES": "768",
            "TILLSTREAM_SPARK__JAVA_OPTIONS": "-XX:+UseSerialGC",
        }
        run(environment, "lake", "work", "--until-caught-up")
        run(environment, "lake", "gold", *GOLD)
        assert len(there.executors()) == 2  # one for each command: nothing was done in the drivers
    assert digests(Lake(tmp_path / "lake")) == by_hand(tmp_path / "embedded")
