"""The catalogue's topics on Kafka: made where they are missing, checked where somebody else made them.

Kafka deletes nothing by itself: its own retention does not ask whether a group has read, so
`Log.apply_retention` deletes instead, on every log by the same rule.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from tillstream.adapters.log.kafka.clients import LARGEST_RECORD_BYTES, BrokersAway, answer, answers, translated
from tillstream.core.contracts import TOPICS, Topic
from tillstream.core.errors import LogError, Permanent
from tillstream.core.settings import KafkaSettings

IDENTITY: Final = "tillstream.log"
"""An empty topic. Its topic id, new with each re-creation, is the log's id: who empties the log deletes it too."""
_WHAT: Final = "topics"
_NAP_SECONDS: Final = 0.05


class TopicUnfit(LogError, Permanent):
    """A topic is there, but not as the catalogue has it; says what to change."""


def configuration(topic: Topic | None, replication: int) -> dict[str, str]:
    """How a topic is made."""
    return (
        {
            "message.timestamp.type": "LogAppendTime",
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "retention.bytes": "-1",
            "max.message.bytes": str(LARGEST_RECORD_BYTES),
            "min.insync.replicas": str(max(1, min(replication - 1, 2))),
            # Small enough that deletion gives space back, large enough for few files.
            "segment.bytes": str(128 * 2**20),
        }
        if topic
        else {"retention.ms": "-1"}
    )


def differences(topic: Topic, partitions: int, config: Mapping[str, str]) -> list[str]:
    """Why a topic that is there cannot be used, as the changes that would make it fit."""
    found = []
    if partitions != topic.partitions:
        found.append(f"it has {partitions} partitions, and keys are placed on {topic.partitions}: make it anew")
    if config.get("message.timestamp.type", "LogAppendTime") != "LogAppendTime":
        found.append("message.timestamp.type must be LogAppendTime")
    if "compact" in config.get("cleanup.policy", ""):
        found.append("cleanup.policy must be delete")
    if 0 <= int(config.get("retention.ms", "-1")) < topic.retention_seconds * 1_000:
        found.append(f"retention.ms must be -1, or at least {topic.retention_seconds * 1_000}")
    return found


def make_and_check(admin: AdminClient, settings: KafkaSettings) -> str:
    """Makes what is missing and returns the log's id; raises TopicUnfit, BrokersAway, KafkaRefused."""
    wanted: dict[str, Topic | None] = {**TOPICS, IDENTITY: None}
    there = _led_partitions(admin, settings)
    if missing := [name for name in wanted if name not in there]:
        _make(admin, {name: wanted[name] for name in missing}, settings)
        _wait_for(admin, missing, settings)
    _check(admin, {name: count for name, count in there.items() if name in TOPICS}, settings)
    identity = TopicCollection([IDENTITY])
    seconds = settings.answer_seconds
    found = answer(lambda: admin.describe_topics(identity, request_timeout=seconds)[IDENTITY], _WHAT, settings)
    return str(found.topic_id)


def _led_partitions(admin: AdminClient, settings: KafkaSettings) -> dict[str, int]:
    """Each topic's number of partitions, for topics that a broker leads in all of them."""
    try:
        topics = admin.list_topics(timeout=settings.answer_seconds).topics
    except KafkaException as error:
        raise translated(error.args[0], _WHAT, settings) from error
    return {name: len(one.partitions) for name, one in topics.items() if _is_led(one)}


def _is_led(topic: Any) -> bool:
    return bool(topic.partitions) and all(one.leader >= 0 for one in topic.partitions.values())


def _wait_for(admin: AdminClient, names: Sequence[str], settings: KafkaSettings) -> None:
    """The controller has made them; brokers learn of it a moment later."""
    until = time.monotonic() + settings.answer_seconds
    while not _led_partitions(admin, settings).keys() >= set(names):
        if time.monotonic() > until:
            raise BrokersAway(_WHAT, settings.answer_seconds, settings.bootstrap, "topics without a leader")
        time.sleep(_NAP_SECONDS)


def _make(admin: AdminClient, missing: Mapping[str, Topic | None], settings: KafkaSettings) -> None:
    new = [
        NewTopic(
            name,
            num_partitions=topic.partitions if topic else 1,
            replication_factor=settings.replication,
            config=configuration(topic, settings.replication),
        )
        for name, topic in missing.items()
    ]
    seconds = settings.answer_seconds
    for name, made in admin.create_topics(new, operation_timeout=seconds, request_timeout=seconds).items():
        try:
            made.result(seconds + 1.0)
        except KafkaException as error:
            code = error.args[0].code()
            if code == KafkaError.INVALID_REPLICATION_FACTOR:
                raise TopicUnfit(
                    f"{name}: {settings.replication} copies are asked for, and {settings.bootstrap} has fewer brokers; "
                    "set TILLSTREAM_KAFKA__REPLICATION"
                ) from error
            if code != KafkaError.TOPIC_ALREADY_EXISTS:  # another process came first
                raise translated(error.args[0], name, settings) from error


def _check(admin: AdminClient, there: Mapping[str, int], settings: KafkaSettings) -> None:
    """Only what was there before: what we made is right."""
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in there]
    if not resources:
        return
    seconds = settings.answer_seconds
    found = answers(lambda: admin.describe_configs(resources, request_timeout=seconds), _WHAT, settings)
    for resource, entries in found.items():
        topic = TOPICS[resource.name]
        config = {name: entry.value for name, entry in entries.items() if entry.value is not None}
        if unfit := differences(topic, there[topic.name], config):
            raise TopicUnfit(
                f"{topic.name} at {settings.bootstrap} cannot be used: {'; '.join(unfit)} "
                f"(kafka-configs.sh --alter --entity-type topics --entity-name {topic.name} --add-config …)"
            )
