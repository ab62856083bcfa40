"""The job `features`: records of all source topics to the buckets, their portions to `feature_updates.v1`."""

import gc
from collections.abc import Iterator
from typing import Any, Final

from pyflink.common import Row, Types
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.table import DataTypes, Schema, StatementSet, StreamTableEnvironment

from tillstream.core.contracts import topic_named
from tillstream.data.streaming.flink.job_settings import JobSettings
from tillstream.data.streaming.flink.tables import records_ddl, sink_ddl
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded.plans import plans_of
from tillstream.features.engines.flink.buckets import Bucket
from tillstream.features.engines.flink.kept import FlinkKept, States
from tillstream.features.engines.flink.sent import rows_of
from tillstream.features.updates import UPDATES

PORTION_MS: Final = 100
"""What comes in so long is counted at once: an entity's tiles are read, changed and sent once a portion."""
_SENT: Final = Types.ROW_NAMED(
    ["bucket", "value", "key", "offsets", "kind"],
    [Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE()), Types.STRING(), Types.STRING(), Types.STRING()],
)
_HEADERS: Final = ", ".join(
    f"CAST('{name}' AS STRING), ENCODE(`{name}`, 'UTF-8')" for name in ("key", "offsets", "kind")
)


class Counting(KeyedProcessFunction):  # type: ignore[misc]  # PyFlink is not in this environment
    """Records wait in the state of their bucket for a tenth of a second, then are one portion.

    A step is released when the watermark passes its end, each partition being read so far. Of records that are read
    longer after they were received than the lateness, a history or what an outage left, nothing is counted in steps
    that closed by then: the clock releases those unread.
    """

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings
        self._states: Any = None
        self._buckets: dict[str, tuple[Bucket, FlinkKept]] = {}
        self._woken: set[str] = set()

    def open(self, runtime_context: RuntimeContext) -> None:
        """Finds the states; compiles the definitions."""
        gc.set_threshold(500_000, 20, 50)  # a portion makes many short-lived containers and no cycle
        self._states = States(runtime_context)
        self._schema = default_schema()
        self._plans = plans_of(self._schema)

    def process_element(self, value: Row, ctx: KeyedProcessFunction.Context) -> None:
        """A record waits."""
        self._states.waiting.add((value[1], value[2], value[3], value[4], bytes(value[5])))
        if value[0] not in self._woken:
            self._woken.add(value[0])
            timers = ctx.timer_service()
            timers.register_processing_time_timer(timers.current_processing_time() + PORTION_MS)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Row]:  # noqa: ARG002
        """A portion: a tenth of a second is over, or in event time a step."""
        key, timers = ctx.get_current_key(), ctx.timer_service()
        bucket, kept = self._bucket(key)
        self._woken.discard(key)
        closed_until_us = max(0, timers.current_watermark()) * 1000  # it begins at the smallest number
        waiting = self._states.take_waiting()
        timers.register_event_time_timer(bucket.next_end_us(closed_until_us) // 1000)
        if not waiting and bucket.next_end_us(kept.released_until_us) > closed_until_us:
            return
        records, counted = bucket.count(
            kept,
            waiting,
            closed_until_us=closed_until_us,
            horizon_us=self._settings.horizon_us,
            backlog_until_us=self._backlog_until_us(timers.current_processing_time() * 1000),
        )
        kept.save()
        for row in rows_of(int(key), records, counted):
            yield Row(*row)

    def _backlog_until_us(self, now_us: int) -> int:
        return now_us - self._settings.lateness_seconds * 10**6 if self._settings.leaves_backlog else 0

    def _bucket(self, key: str) -> tuple[Bucket, FlinkKept]:
        """From its state in the first turn since this task started, from then on in memory."""
        if key not in self._buckets:
            bucket = Bucket(int(key), self._schema, self._plans, lateness_us=self._settings.lateness_seconds * 10**6)
            self._buckets[key] = bucket, FlinkKept(self._states, self._settings.run, self._settings.released_us)
        return self._buckets[key]


def add_features(tables: StreamTableEnvironment, statements: StatementSet, settings: JobSettings) -> None:
    """Adds to `statements` all that leads from the source topics to `feature_updates.v1`."""
    tables.execute_sql(records_ddl("records", default_schema().topics, settings))
    tables.execute_sql(sink_ddl("updates", UPDATES, settings))
    # Not a join with the buckets' numbers: that would keep every record in its state, for good.
    to_each = " UNION ALL ".join(
        f"SELECT '{bucket}', `topic`, `partition`, `offset`, received_at_us, `value` FROM records"
        for bucket in range(topic_named(UPDATES).partitions)
    )
    read = tables.to_data_stream(tables.sql_query(to_each))
    sent = read.key_by(lambda row: row[0], key_type=Types.STRING()).process(Counting(settings), output_type=_SENT)
    schema = (
        Schema.new_builder()
        .column("bucket", DataTypes.STRING().not_null())
        .column("value", DataTypes.BYTES().not_null())
        .column("key", DataTypes.STRING().not_null())
        .column("offsets", DataTypes.STRING().not_null())
        .column("kind", DataTypes.STRING().not_null())
        .build()
    )
    tables.create_temporary_view("sent", tables.from_data_stream(sent, schema))
    statements.add_insert_sql(f"INSERT INTO updates SELECT bucket, `value`, MAP[{_HEADERS}] FROM sent")
