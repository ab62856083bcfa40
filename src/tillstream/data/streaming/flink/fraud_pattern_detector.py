"""The job that sees fraud patterns: one MATCH_RECOGNIZE a file, all of them in one job over one reading."""

from typing import Any, Final

from pyflink.common import Row as FlinkRow
from pyflink.table import DataTypes, StatementSet, StreamTableEnvironment
from pyflink.table.udf import udf

from tillstream.data.streaming.flink.decoding import pattern_reader
from tillstream.data.streaming.flink.job_settings import JobSettings
from tillstream.data.streaming.flink.pattern_sql import alert_record, pattern_sql
from tillstream.data.streaming.flink.tables import HEADERS, sink_ddl, source_ddl
from tillstream.data.streaming.logic.patterns import PATTERNS, Row
from tillstream.data.streaming.logic.patterns.row import OUTPUT, TOPICS

_NAMED: Final = ("customer_id", "card_id", "device_id", "visitor_id", "payment_id")

# Copies of an event lie in one second, since they tell of one time. Each second is over by event time, and with it
# its state; in it the first copy holds.
_ROWS: Final = """
SELECT {columns}, window_time AS row_time FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, event_id ORDER BY row_at) AS copy
  FROM TABLE(TUMBLE(TABLE timed_rows, DESCRIPTOR(row_at), INTERVAL '1' SECOND))
) WHERE copy = 1"""


def _alert_function() -> Any:
    def read(*columns: Any) -> FlinkRow:
        return FlinkRow(*alert_record(*columns))

    result = DataTypes.ROW([DataTypes.FIELD("key", DataTypes.STRING()), DataTypes.FIELD("value", DataTypes.BYTES())])
    text, number = DataTypes.STRING(), DataTypes.BIGINT()
    return udf(read, input_types=[text, text, number, number, *([text] * len(_NAMED))], result_type=result)


def add_patterns(tables: StreamTableEnvironment, statements: StatementSet, settings: JobSettings) -> None:
    """Adds to `statements` all that leads from payments, orders and accounts to `fraud_alerts.v1`."""
    views = []
    for topic in TOPICS:
        name = topic.partition(".")[0]
        tables.execute_sql(source_ddl(name, topic, settings))
        tables.create_temporary_function(f"row_of_{name}", pattern_reader(topic))
        views.append(f"SELECT row_of_{name}(`value`, received_at_us) AS r, row_at FROM {name}")
    columns = ", ".join(f"r.{name} AS {name}" for name in Row._fields)
    tables.execute_sql(f"CREATE TEMPORARY VIEW read_rows AS {' UNION ALL '.join(views)}")
    tables.execute_sql(
        f"CREATE TEMPORARY VIEW timed_rows AS SELECT {columns}, row_at FROM read_rows WHERE r.event_id IS NOT NULL"
    )
    tables.execute_sql(f"CREATE TEMPORARY VIEW pattern_rows AS {_ROWS.format(columns=', '.join(Row._fields))}")
    tables.create_temporary_function("alert_of", _alert_function())
    tables.execute_sql(sink_ddl("alerts", OUTPUT, settings))
    found = " UNION ALL ".join(f"SELECT '{name}' AS pattern_name, * FROM ({pattern_sql(name)})" for name in PATTERNS)
    tables.execute_sql(
        "CREATE TEMPORARY VIEW worded AS "
        "SELECT alert_of(CAST(pattern_name AS STRING), event_ids, at_us, received_at_us, "
        f"{', '.join(_NAMED)}) AS alert, received_at_us FROM ({found})"
    )
    statements.add_insert_sql(f"INSERT INTO alerts SELECT alert.`key`, alert.`value`, {HEADERS} FROM worded")
