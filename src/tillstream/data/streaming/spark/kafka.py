"""Kafka as Spark's source and sink."""

import json
from collections.abc import Mapping

from pyspark.sql import DataFrame, SparkSession

from tillstream.adapters.log import RECEIVED_AT
from tillstream.adapters.log.interface import TopicPartition
from tillstream.core.settings import KafkaSettings, SparkSettings
from tillstream.data.ingestion.dead_letters import TOPIC as DEAD_LETTERS

_COLUMNS = ("topic", "partition", "offset", "timestamp", "key", "value", "headers")
_HEADERS = f"""
    CASE WHEN received_at_us IS NOT NULL
    THEN array(named_struct('key', '{RECEIVED_AT}', 'value', encode(received_at_us, 'utf-8'))) END AS headers
"""


def follow(
    session: SparkSession, kafka: KafkaSettings, settings: SparkSettings, starting: Mapping[TopicPartition, int]
) -> DataFrame:
    """The records of these partitions from those offsets on, as a stream; transactions only once committed.

    An offset that the log no longer has is an error, never a jump.
    """
    offsets: dict[str, dict[str, int]] = {}
    for (topic, partition), offset in starting.items():
        offsets.setdefault(topic, {})[str(partition)] = offset
    return (
        session.readStream.format("kafka")
        .option("kafka.bootstrap.servers", kafka.bootstrap)
        .option("kafka.isolation.level", "read_committed")
        .option("assign", json.dumps({topic: sorted(map(int, parts)) for topic, parts in offsets.items()}))
        .option("startingOffsets", json.dumps(offsets))
        .option("maxOffsetsPerTrigger", settings.max_records)
        .option("includeHeaders", "true")
        .option("failOnDataLoss", "true")
        .load()
        .select(*_COLUMNS)
    )


def dead_letter_sink(kafka: KafkaSettings, letters: DataFrame) -> None:
    """Appends dead letters to their topic; each is durable when it returns."""
    (
        letters.selectExpr("CAST(key AS BINARY) AS key", "value", _HEADERS)
        .write.format("kafka")
        .option("kafka.bootstrap.servers", kafka.bootstrap)
        .option("kafka.acks", "all")
        .option("includeHeaders", "true")
        .option("topic", DEAD_LETTERS)
        .save()
    )
