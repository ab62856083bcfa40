"""The job that makes sessions: Flink's session window closes them, the pure logic tells of those still open."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from pyflink.common import Row, Types
from pyflink.datastream import KeyedProcessFunction, RuntimeContext, TimeDomain
from pyflink.datastream.state import ValueStateDescriptor
from pyflink.table import DataTypes, Schema, StatementSet, StreamTableEnvironment

from tillstream.core.contracts.derived import Session
from tillstream.data.streaming.flink.decoding import STEP, step_reader
from tillstream.data.streaming.flink.job_settings import JobSettings
from tillstream.data.streaming.flink.session_windows import Window, closed, taken_back, without
from tillstream.data.streaming.flink.tables import HEADERS, interval, sink_ddl, source_ddl
from tillstream.data.streaming.logic.sessions import OUTPUT, TOPICS, Step, Visitor, add, is_closed, split, tell
from tillstream.data.streaming.logic.watermark import NEVER

LIVE_US: Final = 120_000_000
"""A step received longer ago is history: of its session only the end is told, and a replay runs at SQL's speed."""
_RECORD: Final = Types.ROW_NAMED(
    ["key", "value", "received_at_us"], [Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE()), Types.LONG()]
)
_EVENTS: Final = 4
"""The column that only a session's row has."""


class Telling(KeyedProcessFunction):  # type: ignore[misc]  # PyFlink is not in this environment
    """A visitor's live steps and closed sessions to records; the state is what is live and what was said of it."""

    def __init__(self, gap_ms: int, partial_ms: int) -> None:
        self._gap_ms, self._partial_ms = gap_ms, partial_ms
        self._visitor: Any = None

    def open(self, runtime_context: RuntimeContext) -> None:
        """Finds the visitors' states."""
        self._visitor = runtime_context.get_state(ValueStateDescriptor("visitor", Types.PICKLED_BYTE_ARRAY()))

    def process_element(self, value: Row, ctx: KeyedProcessFunction.Context) -> Iterator[Row]:
        """A step that came just now, or a session whose time is over."""
        visitor = self._visitor.value() or Visitor()
        if value[_EVENTS] is None:
            self._remember(visitor, _step(value), ctx)
            return
        window = Window(*value[:11])
        if visitor.steps or visitor.told:
            self._keep(without(visitor, window))
        for session in (*taken_back(window, visitor.told), closed(window)):
            yield _row(session, window.received_at_us)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Row]:
        """Time to tell of open sessions, or, in event time, to forget steps that no window took: they were late."""
        visitor = self._visitor.value() or Visitor()
        if ctx.time_domain() == TimeDomain.PROCESSING_TIME:
            visitor, said = tell(ctx.get_current_key(), visitor, gap_ms=self._gap_ms, watermark_ms=NEVER, partial=True)
        else:
            visitor, said = forgotten(visitor, self._gap_ms, timestamp), []
        self._keep(visitor)
        for session, received_at_us in said:
            yield _row(session, received_at_us)

    def _remember(self, visitor: Visitor, step: Step, ctx: KeyedProcessFunction.Context) -> None:
        timers = ctx.timer_service()
        added = add(visitor, (step,), gap_ms=self._gap_ms, watermark_ms=timers.current_watermark())
        if added.late or added.copies:
            return
        self._keep(added.visitor)
        now_ms = timers.current_processing_time()
        timers.register_processing_time_timer((now_ms // self._partial_ms + 1) * self._partial_ms)
        timers.register_event_time_timer(step.at_us // 1000 + self._gap_ms)

    def _keep(self, visitor: Visitor) -> None:
        if visitor.steps or visitor.told:
            self._visitor.update(visitor)
        else:
            self._visitor.clear()


def forgotten(visitor: Visitor, gap_ms: int, watermark_ms: int) -> Visitor:
    """The visitor without what is over by event time; its window was told by now, or never will be."""
    steps = tuple(
        step
        for session in split(visitor.steps, gap_ms)
        if not is_closed(session, gap_ms, watermark_ms)
        for step in session
    )
    started = steps[0].at_us if steps else None
    return Visitor(steps, tuple(one for one in visitor.told if started is not None and one.started_us >= started))


def _step(row: Row) -> Step:
    return Step(row[3], row[11], row[12], row[13], row[14], row[1])


def _row(session: Session, received_at_us: int) -> Row:
    return Row(session.session_id, session.encode(), received_at_us)


def add_sessions(tables: StreamTableEnvironment, statements: StatementSet, settings: JobSettings) -> None:
    """Adds to `statements` all that leads from clicks and orders to `sessions.v1`."""
    gap_ms = settings.gap_seconds * 1000
    for topic in TOPICS:
        name = topic.partition(".")[0]
        tables.execute_sql(source_ddl(name, topic, settings))
        tables.create_temporary_function(f"step_of_{name}", step_reader(topic))
    columns = ", ".join(STEP)
    live = f"came_us >= UNIX_TIMESTAMP() * 1000000 - {LIVE_US}"
    for view, condition in (("steps", "TRUE"), ("live_steps", live)):
        read = " UNION ALL ".join(
            f"SELECT {columns}, row_at FROM (SELECT `value`, row_at, received_at_us AS came_us FROM {name}), "
            f"LATERAL TABLE(step_of_{name}(`value`, came_us)) AS step({columns}) WHERE {condition}"
            for name in (topic.partition(".")[0] for topic in TOPICS)
        )
        tables.execute_sql(f"CREATE TEMPORARY VIEW {view} AS {read}")
    tables.execute_sql(
        "CREATE TEMPORARY VIEW timed_steps AS SELECT *, LPAD(CAST(at_us AS STRING), 17, '0') || event_id AS at_and_id "
        "FROM steps"
    )
    tables.execute_sql(sink_ddl("told_sessions", OUTPUT, settings))
    sql = (files(__package__) / "sessions.sql").read_text()
    windows = tables.to_data_stream(tables.sql_query(sql.replace("{gap}", interval(gap_ms))))
    told = windows.key_by(lambda row: row[0], key_type=Types.STRING()).process(
        Telling(gap_ms, round(settings.partial_seconds * 1000)), output_type=_RECORD
    )
    schema = (
        Schema.new_builder()
        .column("key", DataTypes.STRING().not_null())
        .column("value", DataTypes.BYTES().not_null())
        .column("received_at_us", DataTypes.BIGINT().not_null())
        .build()
    )
    tables.create_temporary_view("told", tables.from_data_stream(told, schema))
    statements.add_insert_sql(f"INSERT INTO told_sessions SELECT `key`, `value`, {HEADERS} FROM told")
