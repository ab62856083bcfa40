"""Kafka as the event log."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakSet

from confluent_kafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import AdminClient

from tillstream.adapters.log.interface import OnRevoke, TopicPartition
from tillstream.adapters.log.kafka.clients import answers, common
from tillstream.adapters.log.kafka.consumer import KafkaConsumer
from tillstream.adapters.log.kafka.group_offsets import GroupOffsets
from tillstream.adapters.log.kafka.offsets import Offsets
from tillstream.adapters.log.kafka.producer import KafkaProducer
from tillstream.adapters.log.kafka.reader import KafkaReader
from tillstream.adapters.log.kafka.topics import make_and_check
from tillstream.adapters.log.records import NewRecord, Place, Record
from tillstream.core.contracts import TOPICS, topic_named
from tillstream.core.settings import KafkaSettings, LogSettings

_RETENTION: Final = "retention"
_MARKS_AT_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class _Clients:
    log_id: str
    admin: AdminClient
    offsets: Offsets
    producer: KafkaProducer
    reader: KafkaReader


class KafkaLog:
    """See interface.Log. Brokers are first spoken to when something is asked, so a process starts without them.

    An append that fails may have left some of its records: the same sent again doubles those, and copies fall
    out by their id. A group is known to brokers once a member was given its share, or committed.
    """

    def __init__(self, settings: KafkaSettings, log_settings: LogSettings | None = None) -> None:
        self._settings, self._lease_seconds = settings, (log_settings or LogSettings()).lease_seconds
        self._lock = threading.Lock()
        self._opened: _Clients | None = None
        self._consumers: WeakSet[KafkaConsumer] = WeakSet()
        self._subscribed: dict[str, set[str]] = {}
        self._groups: dict[str, GroupOffsets] = {}

    @property
    def log_id(self) -> str:
        """See interface.Log."""
        return self._clients.log_id

    def append(self, topic: str, records: Sequence[NewRecord]) -> list[Place]:
        """See interface.Log; waits for all brokers that must have it, not for their disks."""
        return self._clients.producer.append(topic_named(topic).name, records)

    def consumer(self, group: str, topics: Sequence[str], *, on_revoke: OnRevoke | None = None) -> KafkaConsumer:
        """See interface.Log; the share comes with the first polls."""
        names = list(dict.fromkeys(topic_named(topic).name for topic in topics))
        consumer = KafkaConsumer(
            self._settings,
            group,
            names,
            lease_seconds=self._lease_seconds,
            on_revoke=on_revoke,
            offsets=self._clients.offsets,
        )
        self._consumers.add(consumer)
        self._subscribed.setdefault(group, set()).update(names)
        return consumer

    def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        """See interface.Log."""
        return self._clients.reader.read(topic_named(topic).name, partition, offset, max_records)

    def end_offsets(self, topic: str) -> dict[int, int]:
        """See interface.Log."""
        ends = self._clients.offsets.ends(_partitions([topic_named(topic).name]))
        return {partition: end for (_, partition), end in sorted(ends.items())}

    def lag(self, group: str) -> dict[TopicPartition, int]:
        """See interface.Log; marks of transactions at the end of a partition are no records."""
        offsets = self._clients.offsets
        with self._lock:
            if group not in self._groups:
                self._groups[group] = GroupOffsets(self._settings, group)
        committed = self._groups[group].committed()
        places = _partitions({topic for topic, _ in committed} | self._subscribed.get(group, set()))
        ends, begins = offsets.ends(places), offsets.begins(places)
        found = {place: max(0, ends[place] - max(committed.get(place, 0), begins[place])) for place in places}
        return self._without_marks(found, ends)

    def apply_retention(self, now_us: int) -> dict[str, int]:
        """See interface.Log; tells the brokers up to where to delete, which they do by whole files."""
        offsets = self._clients.offsets
        slowest = self.slowest_offsets()
        deleted = {}
        for topic in TOPICS.values():
            places = _partitions([topic.name])
            begins, ends = offsets.begins(places), offsets.ends(places)
            kept = offsets.since(places, now_us // 1_000 - topic.retention_seconds * 1_000)
            until = {
                place: min(kept.get(place, ends[place]), slowest.get(place, ends[place]), ends[place])
                for place in places
            }
            moved = {place: offset for place, offset in until.items() if offset > begins[place]}
            asked = [KafkaPartition(name, partition, offset) for (name, partition), offset in moved.items()]
            if asked:
                self._delete(asked)
            deleted[topic.name] = sum(offset - begins[place] for place, offset in moved.items())
        return deleted

    def close(self) -> None:
        """See interface.Log; members that were not closed leave their groups."""
        for consumer in list(self._consumers):
            consumer.close()
        while self._groups:
            self._groups.popitem()[1].close()
        if self._opened is not None:
            self._opened.producer.close()
            self._opened.reader.close()
            self._opened = None

    @property
    def _clients(self) -> _Clients:
        """Made on the first need, when the topics are there and fit."""
        with self._lock:
            if self._opened is None:
                admin = AdminClient(common(self._settings))
                log_id = make_and_check(admin, self._settings)
                offsets = Offsets(admin, self._settings)
                reader = KafkaReader(self._settings, offsets)
                self._opened = _Clients(log_id, admin, offsets, KafkaProducer(self._settings), reader)
            return self._opened

    def _delete(self, until: "list[KafkaPartition]") -> None:
        answers(lambda: self._clients.admin.delete_records(until), _RETENTION, self._settings)

    def slowest_offsets(self) -> dict[TopicPartition, int]:
        """See interface.Log; groups of others count once they committed."""
        slowest: dict[TopicPartition, int] = {}
        for group in self._clients.offsets.groups():
            progress = GroupOffsets(self._settings, group)
            try:
                for place, offset in progress.committed().items():
                    slowest[place] = min(slowest.get(place, offset), offset)
            finally:
                progress.close()
        return slowest

    def _without_marks(
        self, lag: dict[TopicPartition, int], ends: dict[TopicPartition, int]
    ) -> dict[TopicPartition, int]:
        """A short rest is looked at: what exactly-once writers leave behind their last record is never read."""
        for (topic, partition), rest in lag.items():
            if 0 < rest <= _MARKS_AT_MOST and not self.read(topic, partition, ends[topic, partition] - rest, 1):
                lag[topic, partition] = 0
        return lag


def _partitions(topics: Iterable[str]) -> list[TopicPartition]:
    return [(topic, partition) for topic in sorted(topics) for partition in range(TOPICS[topic].partitions)]
