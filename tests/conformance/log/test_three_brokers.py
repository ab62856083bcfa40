"""A cluster of three brokers loses one after the other, and who appends and reads goes on."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.brokers import RunningBrokers, cluster_of_three

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.core.contracts import TOPICS
from tillstream.core.errors import LogBusy, LogError
from tillstream.core.settings import LogSettings

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]

TOPIC, GROUP = "clicks.v1", "reader"
PARTITIONS = range(TOPICS[TOPIC].partitions)
PROGRESS = 5
"""Records of every partition that show that it goes on, more than can have been under way."""
PROGRESS_SECONDS = 60.0


class Traffic:
    """Numbers appended to every partition until `ended`, each once, and read by a group to the last."""

    def __init__(self, log: KafkaLog) -> None:
        self.log, self.ended, self.appended = log, threading.Event(), threading.Event()
        self.acknowledged: dict[int, dict[int, int]] = defaultdict(dict)
        self.seen: dict[int, dict[int, int]] = defaultdict(dict)
        """By partition the number at each offset."""

    def append(self) -> None:
        number = 0
        try:
            while not self.ended.is_set():
                self._append(number)
                number += 1
                time.sleep(0.03)
        finally:
            self.appended.set()

    def _append(self, number: int) -> None:
        records = [NewRecord("k", str(number).encode(), partition=partition) for partition in PARTITIONS]
        try:
            for place in self.log.append(TOPIC, records):
                self.acknowledged[place.partition][place.offset] = number
        except LogBusy:
            pass  # not promised: it may be there or not, and is not sent again

    def read(self) -> None:
        consumer = self.log.consumer(GROUP, [TOPIC])
        until = None
        while until is None or (self.unread and time.monotonic() < until):
            if until is None and self.appended.is_set():
                until = time.monotonic() + PROGRESS_SECONDS
            try:
                found = consumer.poll(500, 0.2)
                for record in found:
                    number = int(record.value)
                    assert self.seen[record.partition].setdefault(record.offset, number) == number
                consumer.commit({record.place[:2]: record.offset + 1 for record in found})
            except LogError:
                time.sleep(0.05)
        consumer.close()

    @property
    def unread(self) -> dict[int, list[int]]:
        """By partition the offsets that were acknowledged and not seen."""
        missing = {n: sorted(self.acknowledged[n].keys() - self.seen[n].keys()) for n in PARTITIONS}
        return {partition: offsets for partition, offsets in missing.items() if offsets}

    def counts(self) -> list[int]:
        return [len(of[partition]) for of in (self.acknowledged, self.seen) for partition in PARTITIONS]


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBrokers]:
    with cluster_of_three(tmp_path_factory.mktemp("kafka")) as running:
        yield running


def test_each_of_three_brokers_is_killed_in_turn_and_every_partition_goes_on(brokers: RunningBrokers) -> None:
    log = KafkaLog(brokers.settings.model_copy(update={"answer_seconds": 60.0}), LogSettings(lease_seconds=3.0))
    traffic = Traffic(log)
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(traffic.append), threads.submit(traffic.read)]
        try:
            wait_for_progress(traffic.counts)
            for broker in brokers.brokers:
                brokers.kill(broker.number)
                wait_for_progress(traffic.counts)
                assert log.lag(GROUP).keys() == {(TOPIC, partition) for partition in PARTITIONS}
                brokers.start(broker.number)
                brokers.wait_until_in_sync()
                wait_for_progress(traffic.counts)
        finally:
            traffic.ended.set()
        for one in running:
            one.result()
    for partition, end in log.end_offsets(TOPIC).items():
        there = {one.offset: int(one.value) for one in log.read(TOPIC, partition, 0, end)}
        assert traffic.acknowledged[partition].items() <= there.items()
        assert traffic.seen[partition].items() <= there.items()
        numbers = [there[offset] for offset in sorted(there)]
        assert numbers == sorted(set(numbers)), "twice, or out of order"
    assert not traffic.unread, "skipped by the reader"
    log.close()


def wait_for_progress(counts: Callable[[], list[int]]) -> None:
    before, until = counts(), time.monotonic() + PROGRESS_SECONDS
    while not all(now >= then + PROGRESS for then, now in zip(before, counts(), strict=True)):
        assert time.monotonic() < until, f"appended to and read of each partition: {before}, then {counts()}"
        time.sleep(0.1)
