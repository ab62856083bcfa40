"""A member of a group on Kafka.

A lease is both of Kafka's: heartbeats end with the process (`session.timeout.ms`), and a member that lives
but does not poll loses its share too (`max.poll.interval.ms`).
"""

import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from tillstream.adapters.log.interface import OnRevoke
from tillstream.adapters.log.interface import TopicPartition as Partition
from tillstream.adapters.log.kafka.clients import LARGEST_RECORD_BYTES, common, translated
from tillstream.adapters.log.kafka.level import Level
from tillstream.adapters.log.kafka.messages import record_of
from tillstream.adapters.log.kafka.offsets import Offsets
from tillstream.adapters.log.records import Record
from tillstream.core.errors import Fenced
from tillstream.core.settings import KafkaSettings

_AT_HAND: Final = 10_000
"""Messages taken from the client at once, so that a partition with many does not hide the others'."""
_PASSING: Final = (KafkaError._PARTITION_EOF, KafkaError._MAX_POLL_EXCEEDED)
_JOINED: Final = "joined"
"""Marks a place that is written down only to say that the group reads there."""


class KafkaConsumer:
    """See interface.Consumer; every change of the group takes all partitions away and gives a share anew."""

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topics: Sequence[str],
        *,
        lease_seconds: float,
        on_revoke: OnRevoke | None,
        offsets: Offsets,
    ) -> None:
        self.group, self._settings, self._on_revoke = group, settings, on_revoke
        self._offsets, self._level = offsets, Level(offsets)
        lease_ms = int(lease_seconds * 1_000)
        self._consumer = Consumer(
            common(settings)
            | {
                "group.id": group,
                "session.timeout.ms": lease_ms,
                "max.poll.interval.ms": lease_ms,
                "heartbeat.interval.ms": max(50, lease_ms // 3),
                "partition.assignment.strategy": "roundrobin",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "fetch.message.max.bytes": 2**20,
                "fetch.max.bytes": max(2**24, LARGEST_RECORD_BYTES),
                "queued.max.messages.kbytes": 32 * 1_024,
                "fetch.error.backoff.ms": 50,
            }
        )
        self._generation = 0
        self._positions: dict[Partition, int] = {}
        self._unplaced: set[Partition] = set()
        self._at_hand: dict[Partition, deque[Any]] = {}
        self._sought = self._closing = False
        self._turn = 0
        self._consumer.subscribe(list(topics), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)

    @property
    def generation(self) -> int:
        """How often this member was given a share: each generation of the group gives one."""
        return self._generation

    @property
    def assignment(self) -> frozenset[Partition]:
        """The partitions this member reads now."""
        return frozenset(self._positions)

    @property
    def polled_until_us(self) -> int:
        """See interface.Consumer."""
        return self._level.reached(self._positions)

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """See interface.Consumer."""
        self._apply_seeks()
        self._level.ask(self._positions)
        self._fetch(0.0 if any(self._at_hand.values()) else timeout_seconds)
        return [] if self._sought else self._dealt(max_records)

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        """See interface.Consumer."""
        if not next_offsets:
            return
        if foreign := set(next_offsets) - self.assignment:
            raise Fenced(self.group, self._member, f"it does not own {sorted(foreign)}")
        offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in next_offsets.items()]
        try:
            done = self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            raise self._translated(error.args[0]) from error
        for one in done:
            if one.error is not None:
                raise self._translated(one.error)

    def committed(self) -> dict[Partition, int]:
        """See interface.Consumer."""
        return self._committed(self._positions)

    def seek(self, partition: Partition, offset: int) -> None:
        """See interface.Consumer."""
        if partition not in self._positions:
            raise Fenced(self.group, self._member, f"it does not own {partition}")
        self._positions[partition] = offset
        self._unplaced.discard(partition)
        self._at_hand.pop(partition, None)
        self._level.forget()
        # Together on the next poll: the client refuses to seek in a partition it has just been given.
        self._sought = True

    def heartbeat(self) -> None:
        """See interface.Consumer. What comes meanwhile waits for the next poll."""
        before = self._generation
        self._fetch(0.0)
        if self._generation != before or not self._positions:
            raise Fenced(self.group, self._member, "its lease ran out or the group changed")

    def close(self) -> None:
        """See interface.Consumer."""
        if not self._closing:
            self._closing = True
            # A change of the group that waits to be served is served now: within close it may hang (librdkafka 4884).
            with contextlib.suppress(KafkaException):
                self._consumer.consume(_AT_HAND, 0.0)
            self._consumer.close()

    @property
    def _member(self) -> str:
        return str(self._consumer.memberid() or "that has not joined")

    def _fetch(self, timeout_seconds: float) -> None:
        """Takes what the client has, waiting for the first; serves changes of the group."""
        self._take(lambda: [self._consumer.poll(timeout_seconds)])
        while not self._sought and sum(map(len, self._at_hand.values())) < _AT_HAND:
            if not self._take(lambda: self._consumer.consume(_AT_HAND, 0.0)):
                break

    def _take(self, ask: Callable[[], Sequence[Any]]) -> int:
        before = self._generation
        messages = [message for message in ask() if message is not None]
        if self._generation != before or not self._positions:
            # Some may be of the share before, so none is taken: the next poll reads from our positions again.
            self._sought = bool(self._positions)
            return 0
        # All are taken before an error among them is told: the client goes on behind the last one.
        errors = []
        for message in messages:
            if (error := message.error()) is None:
                self._at_hand.setdefault((message.topic(), message.partition()), deque()).append(message)
            elif error.code() not in _PASSING and not error.retriable():
                errors.append(error)
        if errors:
            raise self._translated(errors[0])
        return len(messages)

    def _dealt(self, max_records: int) -> list[Record]:
        """An equal share of each partition that has some, begun by another each time."""
        places = sorted(place for place, waiting in self._at_hand.items() if waiting)
        self._turn += 1
        records: list[Record] = []
        for step in range(len(places)):
            place = places[(self._turn + step) % len(places)]
            waiting = self._at_hand[place]
            share = -(-(max_records - len(records)) // (len(places) - step))
            records += [record_of(waiting.popleft()) for _ in range(min(share, len(waiting)))]
            if records and records[-1][:2] == place:
                self._positions[place] = records[-1].offset + 1
        return records

    def _assigned(self, _: Any, given: Sequence[TopicPartition]) -> None:
        """Only takes note: what may fail or wait is asked on the next poll, outside of the client's callback."""
        places = [(one.topic, one.partition) for one in given]
        self._positions, self._unplaced = dict.fromkeys(places, 0), set(places)
        self._generation += 1
        self._sought = True

    def _apply_seeks(self) -> None:
        """Reads on from our positions, or the oldest there is; what the client holds of others is dropped."""
        if not self._sought:
            return
        committed = self._committed(self._unplaced)
        positions = self._positions | dict.fromkeys(self._unplaced, 0) | committed
        begins = self._offsets.begins(positions)
        self._positions = {place: max(offset, begins[place]) for place, offset in positions.items()}
        self._join({place: self._positions[place] for place in self._unplaced - committed.keys()})
        self._consumer.assign([TopicPartition(topic, n, offset) for (topic, n), offset in self._positions.items()])
        self._at_hand.clear()
        self._level.forget()
        self._unplaced, self._sought = set(), False

    def _join(self, places: Mapping[Partition, int]) -> None:
        """Writes down what the group reads before it has done any: its lag is asked of offsets, not of members."""
        if places:
            marks = [TopicPartition(topic, n, offset, _JOINED) for (topic, n), offset in places.items()]
            with contextlib.suppress(KafkaException):  # the group changed again, or the next commit tells
                self._consumer.commit(offsets=marks, asynchronous=False)

    def _revoked(self, _: Any, __: Sequence[TopicPartition]) -> None:
        lost = self.assignment
        self._positions, self._unplaced, self._sought = {}, set(), False
        self._at_hand.clear()
        self._level.forget()
        if lost and self._on_revoke and not self._closing:
            self._on_revoke(lost)

    def _committed(self, places: Any) -> dict[Partition, int]:
        asked = [TopicPartition(topic, partition) for topic, partition in places]
        if not asked:
            return {}
        try:
            found = self._consumer.committed(asked, timeout=self._settings.answer_seconds)
        except KafkaException as error:
            raise self._translated(error.args[0]) from error
        if refused := [one.error for one in found if one.error]:
            raise self._translated(refused[0])
        return {(one.topic, one.partition): one.offset for one in found if one.offset >= 0 and one.metadata != _JOINED}

    def _translated(self, error: KafkaError) -> Exception:
        return translated(error, f"group {self.group}", self._settings, member=(self.group, self._member))
