"""Kafka, held to the suite; and what is its own: killed brokers, retries, topics that somebody else made."""

from collections.abc import Iterator

import pytest
from tests.brokers import RunningBrokers, one_broker
from tests.conformance.log.suite import *  # noqa: F403
from tests.conformance.log.suite import OpenLog

from tillstream.adapters.log.kafka import KafkaLog
from tillstream.core.settings import LogSettings

pytestmark = pytest.mark.kafka

SETTINGS = LogSettings(lease_seconds=1.0)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBrokers]:
    with one_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture
def open_log(broker: RunningBrokers) -> Iterator[OpenLog]:
    logs: list[KafkaLog] = []

    def open_one() -> KafkaLog:
        logs.append(KafkaLog(broker.settings, SETTINGS))
        return logs[-1]

    yield open_one
    for log in logs:
        log.close()
    broker.empty()
