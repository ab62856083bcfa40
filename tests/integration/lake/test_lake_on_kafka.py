"""The embedded lake worker on Kafka, a legal combination: killed at seeded moments, 0 lost, 0 doubled."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from tests.brokers import RunningBrokers, one_broker
from tests.integration.lake.test_kill_lake import rows, run
from tests.integration.lake.victims import Victim, kill_at_random, tillstream
from tests.oracle.sending import draw
from tests.oracle.silver import differences_of_dead_letters, differences_of_silver

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.data.lake import Lake

EVENTS = 4_000
KILLS = 3

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBrokers]:
    with one_broker(tmp_path / "kafka") as running:
        yield running


def test_a_killed_lake_worker_on_kafka_loses_nothing_and_doubles_nothing(
    tmp_path: Path, broker: RunningBrokers
) -> None:
    log, sent = KafkaLog(broker.settings), list(draw(1, EVENTS))
    for topic, some in groupby(sorted(sent, key=lambda one: one.topic), key=lambda one: one.topic):
        log.append(topic, [NewRecord(s.key, s.value, {RECEIVED_AT: str(s.received_at_us)}) for s in some])
    log.close()
    environment = {
        "TILLSTREAM_HOME": str(tmp_path),
        "TILLSTREAM_ENGINES__LOG": "kafka",
        "TILLSTREAM_KAFKA__BOOTSTRAP": broker.settings.bootstrap,
        "TILLSTREAM_LOG__LEASE_SECONDS": "1.5",
        "TILLSTREAM_LAKE__COMMIT_ROWS": "300",
        "TILLSTREAM_LAKE__COMMIT_SECONDS": "0.3",
    }
    worker = Victim("worker", tillstream("lake", "work"), environment, tmp_path / "worker.txt", b"batch_landed")
    kill_at_random([worker], kills=KILLS, seed=1, longest_seconds=0.5)
    run(environment, "lake", "work", "--until-caught-up")
    silver = rows(Lake(tmp_path / "lake"), "silver")
    assert differences_of_silver(silver, sent) == []
    assert differences_of_dead_letters(silver["dead_letters"], sent) == []
