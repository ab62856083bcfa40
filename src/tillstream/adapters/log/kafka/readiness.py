"""Whether a cluster answers."""

from functools import cache

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tillstream.adapters.log.kafka.clients import common
from tillstream.core.settings import KafkaSettings


def cluster_lacks(settings: KafkaSettings, answer_seconds: float) -> str | None:
    """None when a broker lists the cluster's brokers, else what it said; the client is kept for the next time."""
    try:
        found = _admin(settings).list_topics(timeout=answer_seconds)
    except KafkaException as error:
        return f"{settings.bootstrap}: {error.args[0].str()}"
    return None if found.brokers else f"{settings.bootstrap}: no broker has registered"


@cache
def _admin(settings: KafkaSettings) -> AdminClient:
    return AdminClient(common(settings))
