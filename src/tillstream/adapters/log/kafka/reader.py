"""Records by their place, without a group."""

import threading
import time
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError
from confluent_kafka import TopicPartition as KafkaPartition

from tillstream.adapters.log.interface import TopicPartition
from tillstream.adapters.log.kafka.clients import LARGEST_RECORD_BYTES, BrokersAway, common, translated
from tillstream.adapters.log.kafka.messages import record_of
from tillstream.adapters.log.kafka.offsets import Offsets
from tillstream.adapters.log.records import Record
from tillstream.core.settings import KafkaSettings

_NOWHERE: Final = ("", -1, -1)


class KafkaReader:
    """One client for all threads; who reads a partition page by page goes on without asking anew."""

    def __init__(self, settings: KafkaSettings, offsets: Offsets) -> None:
        self._settings, self._offsets = settings, offsets
        self._lock = threading.Lock()
        self._next = _NOWHERE
        self._consumer = Consumer(
            common(settings)
            | {
                "group.id": "tillstream-reader",  # required; nothing joins or commits
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 20,
                "fetch.max.bytes": max(2**24, LARGEST_RECORD_BYTES),
                "queued.max.messages.kbytes": 16 * 1_024,
            }
        )

    def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        """See interface.Log."""
        end = self._offsets.ends([(topic, partition)])[topic, partition]
        if offset >= end or max_records < 1:
            return []
        with self._lock:
            if self._next != (topic, partition, offset):
                self._consumer.assign([KafkaPartition(topic, partition, max(0, offset))])
            records, at_end = self._until((topic, partition), end, max_records)
            # An end is told once: who reads on from there is assigned anew.
            self._next = (topic, partition, records[-1].offset + 1) if records and not at_end else _NOWHERE
            return records

    def close(self) -> None:
        """Lets go of the connections."""
        self._consumer.close()

    def _until(self, place: TopicPartition, end: int, max_records: int) -> tuple[list[Record], bool]:
        """The records, and whether the partition's end was reached behind them."""
        records: list[Record] = []
        what = f"{place[0]}/{place[1]}"
        give_up = time.monotonic() + self._settings.answer_seconds
        while len(records) < max_records:
            for message in self._consumer.consume(min(max_records - len(records), 1_000), 0.05):
                is_end = self._is_end(message, what)
                if (message.topic(), message.partition()) != place:
                    continue  # still in the queue from the partition that was assigned before
                if is_end:
                    if message.offset() >= end:
                        return records, True
                    continue  # the end as it was when an earlier read came to it
                records.append(record_of(message))
                give_up = time.monotonic() + self._settings.answer_seconds
            if records and records[-1].offset >= end - 1:
                break
            if time.monotonic() > give_up:
                self._next = _NOWHERE
                raise BrokersAway(what, self._settings.answer_seconds, self._settings.bootstrap, "no records came")
        return records, False

    def _is_end(self, message: Any, what: str) -> bool:
        """An end says that the last offsets are marks of transactions, not records."""
        error = message.error()
        if error is None:
            return False
        if error.code() == KafkaError._PARTITION_EOF:
            return True
        raise translated(error, what, self._settings)
