"""The topics as tables of Flink SQL: what comes in with its time and its watermark, and what goes out."""

from collections.abc import Iterable
from typing import Final

from tillstream.data.streaming.flink.event_time import row_time
from tillstream.data.streaming.flink.job_settings import JobSettings

TRANSACTION_TIMEOUT_MS: Final = 600_000
"""Longer than a checkpoint and a restart, shorter than the 15 minutes that a broker allows."""
DRIFT_MS: Final = 43_200_000
"""How far one partition may be read ahead of the slowest: it bounds the state of a replay.

Looked at often, for a replay reads no more than this between two looks.
"""


def interval(milliseconds: int) -> str:
    """A length of time as SQL writes it."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"INTERVAL '{days} {hour:02}:{minute:02}:{second:02}.{rest:03}' DAY(3) TO SECOND(3)"


def epoch_us(time: str) -> str:
    """The SQL of a time's microseconds since 1970, of one that is kept to the millisecond."""
    minutes = f"CAST(TIMESTAMPDIFF(MINUTE, TIMESTAMP '1970-01-01 00:00:00', {time}) AS BIGINT)"
    return f"({minutes} * 60000 + EXTRACT(SECOND FROM {time}) * 1000 + EXTRACT(MILLISECOND FROM {time})) * 1000"


_RECEIVED_US, _OCCURRED_US = (
    f"TRY_CAST(CAST(`headers`['{name}'] AS STRING) AS BIGINT)" for name in ("received-at-us", "occurred-at-us")
)


def _instant(micros: str) -> str:
    return f"CAST(TO_TIMESTAMP_LTZ({micros} / 1000, 3) AS TIMESTAMP(3))"


_METADATA: Final = f"""  `value` BYTES,
  `partition` INT METADATA VIRTUAL,
  `offset` BIGINT METADATA VIRTUAL,
  `headers` MAP<STRING, BYTES> METADATA VIRTUAL,
  `appended_at` TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,
  `received_at` AS COALESCE({_instant(_RECEIVED_US)}, `appended_at`),
  `received_at_us` AS COALESCE({_RECEIVED_US}, {epoch_us("`appended_at`")})"""


def source_ddl(name: str, topic: str, settings: JobSettings) -> str:
    """A topic to read: bytes, when they were received, and event time with one watermark a partition.

    Event time is whole milliseconds, rounded down, and only for the engine: rows carry their microseconds. What a door
    has told of a record is taken as it is; a record that came past the doors is looked into for its time. A record
    that claims to be of later than it was received moves the watermark no further than that: most such are dead
    letters.
    """
    return f"""
CREATE TEMPORARY TABLE {name} (
{_timed(settings)}
) WITH (
{_reading(topic, settings)},
  'scan.watermark.alignment.group' = '{settings.job}',
  'scan.watermark.alignment.max-drift' = '{DRIFT_MS} ms',
  'scan.watermark.alignment.update-interval' = '200 ms'
)"""


def records_ddl(name: str, topics: Iterable[str], settings: JobSettings) -> str:
    """Several topics as one table of records, in the order of each partition; event time as in `source_ddl`.

    None is held up for those behind it: a shop may have no records at all on some of them.
    """
    return f"""
CREATE TEMPORARY TABLE {name} (
  `topic` STRING NOT NULL METADATA VIRTUAL,
{_timed(settings)}
) WITH (
{_reading(";".join(topics), settings)}
)"""


def _timed(settings: JobSettings) -> str:
    told = _instant(_OCCURRED_US)  # null also where the header holds no time: a row without one would end the job
    return f"""{_METADATA},
  `row_at` AS CASE WHEN {told} IS NOT NULL THEN {told} ELSE {row_time("`value`")} END,
  WATERMARK FOR `row_at` AS LEAST(`row_at`, `received_at`) - {interval(settings.lateness_seconds * 1000 + 1)}"""


def _reading(topics: str, settings: JobSettings) -> str:
    return f"""  'connector' = 'kafka',
  'topic' = '{topics}',
  'format' = 'raw',
  'properties.bootstrap.servers' = '{settings.bootstrap}',
  'properties.group.id' = '{settings.job}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.topic-partition-discovery.interval' = '60 s',
  'scan.watermark.idle-timeout' = '{round(settings.idle_seconds * 1000)} ms'"""


def sink_ddl(name: str, topic: str, settings: JobSettings) -> str:
    """A topic to write, exactly once: key, value as the contract encodes it, and when it was received.

    Kafka's own partitioner places it by its key: copies of an id lie on one partition, whoever of Flink's tasks wrote
    them. Which revision holds does not depend on the order of records of others.
    """
    return f"""
CREATE TEMPORARY TABLE {name} (
  `key` STRING NOT NULL,
  `value` BYTES NOT NULL,
  `headers` MAP<STRING, BYTES> METADATA
) WITH (
  'connector' = 'kafka',
  'topic' = '{topic}',
  'key.format' = 'raw',
  'key.fields' = 'key',
  'value.format' = 'raw',
  'value.fields-include' = 'EXCEPT_KEY',
  'properties.bootstrap.servers' = '{settings.bootstrap}',
  'properties.transaction.timeout.ms' = '{TRANSACTION_TIMEOUT_MS}',
  'properties.compression.type' = 'lz4',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'tillstream-{settings.job}'
)"""


HEADERS: Final = "MAP['received-at-us', ENCODE(CAST(received_at_us AS STRING), 'UTF-8')]"
"""The header that a derived event takes from its causes."""
