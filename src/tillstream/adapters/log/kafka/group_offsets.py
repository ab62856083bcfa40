"""A group's place, asked and moved by a reader that is no member of it: Spark assigns partitions by itself."""

import time
from collections.abc import Mapping
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from tillstream.adapters.log.interface import TopicPartition as Partition
from tillstream.adapters.log.kafka.clients import BrokersAway, common, translated
from tillstream.core.contracts import TOPICS
from tillstream.core.errors import LogError
from tillstream.core.settings import KafkaSettings

_ASK_SECONDS: Final = 2.0
"""A request waits for the coordinator it knows, also for a dead one; then it is asked of the one that followed."""


class GroupOffsets:
    """Reads and sets where one group goes on; members of the group, who come back later, go on from there.

    By a consumer that joins nothing: the admin client ends the whole process when a broker dies inside a request
    about a group (librdkafka 4605).
    """

    def __init__(self, settings: KafkaSettings, group: str) -> None:
        self._settings, self._group = settings, group
        self._consumer = Consumer(common(settings) | {"group.id": group, "enable.auto.commit": False})

    def committed(self) -> dict[Partition, int]:
        """Where the group goes on; absent where it never committed. Raises BrokersAway."""
        until = time.monotonic() + self._settings.answer_seconds
        while True:
            try:
                return self._answered()
            except BrokersAway:
                if time.monotonic() > until:
                    raise

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        """Sets where the group goes on; raises Fenced while it has members, BrokersAway."""
        asked = [TopicPartition(topic, partition, offset) for (topic, partition), offset in next_offsets.items()]
        try:
            answered = self._consumer.commit(offsets=asked, asynchronous=False)
        except KafkaException as error:
            raise self._translated(error.args[0]) from error
        if refused := [one.error for one in answered if one.error]:
            raise self._translated(refused[0])

    def close(self) -> None:
        """Lets go of the connections."""
        self._consumer.close()

    def _answered(self) -> dict[Partition, int]:
        asked = [TopicPartition(topic.name, n) for topic in TOPICS.values() for n in range(topic.partitions)]
        try:
            found = self._consumer.committed(asked, timeout=min(_ASK_SECONDS, self._settings.answer_seconds))
        except KafkaException as error:
            raise self._translated(error.args[0]) from error
        if refused := [one.error for one in found if one.error]:
            raise self._translated(refused[0])
        return {(one.topic, one.partition): one.offset for one in found if one.offset >= 0}

    def _translated(self, error: KafkaError) -> LogError:
        who = self._group, "outside the group"
        return translated(error, f"group {self._group}", self._settings, member=who)
