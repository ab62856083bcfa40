"""The feature worker with its events on Kafka: killed in between, the store is exactly the reference."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.brokers import RunningBrokers, one_broker
from tests.integration.features.conftest import Server
from tests.integration.features.test_killed_worker import Worker, appended, assert_exact
from tests.unit.features.live_loop import LiveLoop
from tests.unit.features.small_log import small_log

from tillstream.adapters.log.kafka import KafkaLog

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBrokers]:
    with one_broker(tmp_path / "kafka") as running:
        yield running


def test_kills_of_the_worker_on_kafka_lose_nothing_and_double_nothing(
    tmp_path: Path, server: Server, broker: RunningBrokers
) -> None:
    source = KafkaLog(broker.settings)
    loop = LiveLoop(tmp_path / "log", [], source=source)
    worker = Worker(
        tmp_path,
        server,
        {"TILLSTREAM_ENGINES__LOG": "kafka", "TILLSTREAM_KAFKA__BOOTSTRAP": broker.settings.bootstrap},
    )
    process = worker.start()
    try:
        for number, _ in enumerate(appended(loop, small_log(21, 400, days=7.0), 100)):
            time.sleep(1.5)
            if number % 2:
                process.kill()
                process.wait()
                process = worker.start()
        assert_exact(loop, server)
    finally:
        worker.end()
        source.close()
