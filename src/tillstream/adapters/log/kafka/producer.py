"""Appends: many threads share one idempotent producer, and each waits for its own records' reports."""

import threading
from collections.abc import Sequence
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from tillstream.adapters.log.kafka.clients import LARGEST_RECORD_BYTES, BrokersAway, common, translated
from tillstream.adapters.log.kafka.messages import headers_of
from tillstream.adapters.log.records import NewRecord, Place
from tillstream.core.settings import KafkaSettings

_POLL_SECONDS: Final = 0.1


class KafkaProducer:
    """Retries by itself until `answer_seconds`, without doubling: the brokers know each batch by its number."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer = Producer(
            common(settings)
            | {
                "enable.idempotence": True,
                "acks": "all",
                # CRC-32 of the key, as records.partition_of.
                "partitioner": "consistent",
                "compression.type": "lz4",
                "linger.ms": 1,
                "batch.size": 2**20,
                "message.max.bytes": LARGEST_RECORD_BYTES,
                "message.timeout.ms": int(settings.answer_seconds * 1_000),
                "queue.buffering.max.messages": 1_000_000,
                "queue.buffering.max.kbytes": 256 * 1_024,
            }
        )
        self._closed = threading.Event()
        self._reports = threading.Thread(target=self._serve_reports, name="kafka-reports", daemon=True)
        self._reports.start()

    def append(self, topic: str, records: Sequence[NewRecord]) -> list[Place]:
        """Returns when every record is on all brokers that must have it; raises BrokersAway, KafkaRefused."""
        if not records:
            return []
        append = _Append(topic, len(records))
        produce = self._producer.produce
        for index, record in enumerate(records):
            partition = -1 if record.partition is None else record.partition
            report = append.report(index)
            while True:
                try:
                    produce(
                        topic,
                        record.value,
                        record.key.encode(),
                        partition,
                        on_delivery=report,
                        headers=headers_of(record.headers),
                    )
                except BufferError:
                    append.done.wait(_POLL_SECONDS)
                except KafkaException as error:
                    raise translated(error.args[0], topic, self._settings) from error
                else:
                    break
        # Twice: the client's own limit ends the wait, this one only a client that lost its way.
        if not append.done.wait(2 * self._settings.answer_seconds):
            raise BrokersAway(topic, 2 * self._settings.answer_seconds, self._settings.bootstrap, "no report")
        if append.error is not None:
            raise translated(append.error, topic, self._settings)
        return append.places

    def close(self) -> None:
        """Stops; nobody waits for a report any more."""
        self._closed.set()
        self._reports.join()

    def _serve_reports(self) -> None:
        while not self._closed.is_set():
            self._producer.poll(_POLL_SECONDS)


class _Append:
    """One call's records; the thread of reports fills in where each came to lie."""

    def __init__(self, topic: str, count: int) -> None:
        self.places: list[Place] = [Place(topic, -1, -1)] * count
        self.error: KafkaError | None = None
        self.done = threading.Event()
        self._topic, self._left = topic, count

    def report(self, index: int) -> Any:
        def take(error: KafkaError | None, message: Any) -> None:
            if error is None:
                self.places[index] = Place(self._topic, message.partition(), message.offset())
            else:
                self.error = error
            self._left -= 1
            if not self._left:
                self.done.set()

        return take
