"""A group's place, moved by a reader that is no member of it: Spark assigns partitions by itself."""

from collections.abc import Mapping

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from tillstream.adapters.log.interface import TopicPartition as Partition
from tillstream.adapters.log.kafka.clients import common, translated
from tillstream.adapters.log.kafka.offsets import Offsets
from tillstream.core.settings import KafkaSettings


class GroupOffsets:
    """Reads and sets where one group goes on; members of the group, who come back later, go on from there."""

    def __init__(self, settings: KafkaSettings, group: str) -> None:
        self._settings, self._group = settings, group
        self._admin = AdminClient(common(settings))
        self._offsets = Offsets(self._admin, settings)

    def committed(self) -> dict[Partition, int]:
        """Where the group goes on; absent where it never committed. Raises BrokersAway."""
        return self._offsets.committed(self._group)

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        """Sets where the group goes on; raises Fenced while it has members, BrokersAway."""
        asked = [TopicPartition(topic, partition, offset) for (topic, partition), offset in next_offsets.items()]
        future = self._admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(self._group, asked)])
        try:
            answered = future[self._group].result(self._settings.answer_seconds + 1.0).topic_partitions
            refused = [one.error for one in answered if one.error]
        except KafkaException as error:
            refused = [error.args[0]]
        if refused:
            who = self._group, "outside the group"
            raise translated(refused[0], f"group {self._group}", self._settings, member=who)
