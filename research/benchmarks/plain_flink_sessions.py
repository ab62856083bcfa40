"""The counterparts of `flink_sessions`, run in Flink's own environment: the same window, as Flink's manual writes it.

`plain_sessions` reads JSON by Flink's own format and validates nothing. `validated_sessions` has each record judged by
the contract's decoder in Python first, in the process of the task: what our job would cost there. Both tell no record
but a closed session's, as JSON.
"""

import sys
from collections.abc import Iterator
from typing import Any, Final

from pyflink.table import StreamTableEnvironment
from pyflink.table.udf import udtf

from tillstream.core.contracts import topic_named
from tillstream.core.contracts.decoding import decode
from tillstream.core.errors import EventRejected
from tillstream.data.streaming.flink.decoding import row_type
from tillstream.data.streaming.flink.job import remote_environment
from tillstream.data.streaming.flink.job_settings import JobSettings
from tillstream.data.streaming.flink.tables import TRANSACTION_TIMEOUT_MS, interval, source_ddl
from tillstream.data.streaming.logic import sessions

NAMES: Final = ("clicks", "orders")
_STEP: Final = ("visitor_id", "at_us", "event_id", "kind", "product_id", "customer_id", "received_at_us")
_STEPS: Final = """
CREATE TEMPORARY VIEW steps AS
SELECT event_id, visitor_id, customer_id, occurred_at, kind, product_id, row_at FROM clicks WHERE row_at IS NOT NULL
UNION ALL
SELECT event_id, visitor_id, customer_id, occurred_at, kind, product_id, row_at FROM orders
WHERE row_at IS NOT NULL AND kind = 'placed' AND visitor_id IS NOT NULL
"""
_VALIDATED: Final = "CREATE TEMPORARY VIEW steps AS " + " UNION ALL ".join(
    "SELECT event_id, visitor_id, customer_id, TO_TIMESTAMP_LTZ(at_us / 1000, 3) AS occurred_at, kind, product_id, "
    f"row_at FROM {name}, LATERAL TABLE(step_of_{name}(`value`, received_at_us)) AS step(visitor_id, at_us, event_id, "
    "kind, product_id, customer_id, came_us)"
    for name in NAMES
)
_SESSIONS: Final = """
INSERT INTO sessions
SELECT visitor_id, MIN(occurred_at), MAX(occurred_at), COUNT(DISTINCT event_id),
  COUNT(DISTINCT event_id) FILTER (WHERE kind = 'placed'), COUNT(DISTINCT event_id) FILTER (WHERE kind = 'refreshed'),
  COUNT(DISTINCT event_id) FILTER (WHERE kind = 'viewed'), COUNT(DISTINCT event_id) FILTER (WHERE kind = 'cart_added'),
  COUNT(DISTINCT product_id), MAX(CAST(occurred_at AS STRING) || customer_id)
FROM TABLE(SESSION(TABLE steps PARTITION BY visitor_id, DESCRIPTOR(row_at), {gap}))
GROUP BY visitor_id, window_start, window_end
"""


def step_reader(topic: str) -> Any:
    """A table function of SQL: the step of a visitor's session in a record of that topic, read by Python's decoder."""
    known = topic_named(topic)

    def read_record(value: bytes, received_at_us: int) -> Iterator[tuple[Any, ...]]:
        try:
            event = decode(known, value, received_at_us=received_at_us)
        except EventRejected:
            return
        found = sessions.step_of(event, received_at_us)
        if found:
            yield (found[0], *found[1])

    return udtf(read_record, result_types=row_type(_STEP))


def source(name: str, settings: JobSettings) -> str:
    """A topic, as far as sessions need it."""
    return f"""
CREATE TEMPORARY TABLE {name} (
  event_id STRING, visitor_id STRING, customer_id STRING, occurred_at TIMESTAMP_LTZ(6), kind STRING, product_id STRING,
  row_at AS CAST(occurred_at AS TIMESTAMP_LTZ(3)),
  WATERMARK FOR row_at AS row_at - {interval(settings.lateness_seconds * 1000 + 1)}
) WITH (
  'connector' = 'kafka', 'topic' = '{name}.v1', 'format' = 'json', 'json.ignore-parse-errors' = 'true',
  'json.timestamp-format.standard' = 'ISO-8601', 'properties.bootstrap.servers' = '{settings.bootstrap}',
  'properties.group.id' = '{settings.job}', 'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset', 'scan.watermark.idle-timeout' = '{round(settings.idle_seconds)} s'
)"""


def sink(settings: JobSettings) -> str:
    """Exactly once, as ours; the topic must be there."""
    return f"""
CREATE TEMPORARY TABLE sessions (
  visitor_id STRING, started_at TIMESTAMP_LTZ(6), ended_at TIMESTAMP_LTZ(6), events BIGINT, orders BIGINT,
  refreshes BIGINT, viewed BIGINT, cart_additions BIGINT, products BIGINT, last_customer STRING
) WITH (
  'connector' = 'kafka', 'topic' = '{settings.job}.v1', 'format' = 'json',
  'key.format' = 'raw', 'key.fields' = 'visitor_id',
  'properties.bootstrap.servers' = '{settings.bootstrap}',
  'properties.transaction.timeout.ms' = '{TRANSACTION_TIMEOUT_MS}', 'properties.compression.type' = 'lz4',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '{settings.job}'
)"""


def submit(settings: JobSettings) -> None:
    """Sends the one that the settings name."""
    streams = remote_environment(settings)
    tables = StreamTableEnvironment.create(streams)
    is_plain = settings.job == "plain_sessions"
    for name in NAMES:
        if is_plain:
            tables.execute_sql(source(name, settings))
        else:
            tables.execute_sql(source_ddl(name, f"{name}.v1", settings))
            tables.create_temporary_function(f"step_of_{name}", step_reader(f"{name}.v1"))
    tables.execute_sql(_STEPS if is_plain else _VALIDATED)
    tables.execute_sql(sink(settings))
    statements = tables.create_statement_set()
    statements.add_insert_sql(_SESSIONS.replace("{gap}", interval(settings.gap_seconds * 1000)))
    statements.attach_as_datastream()
    streams.execute_async(f"tillstream-{settings.job}")


if __name__ == "__main__":
    submit(JobSettings.from_json(sys.argv[1]))
