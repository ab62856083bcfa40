"""What can be said of the Flink jobs without Flink: their SQL, their settings, the wording of records."""

import re

import msgspec
import pytest
from tests.shop.events import at

from tillstream.core.contracts import to_micros
from tillstream.core.contracts.derived import FraudAlert
from tillstream.data.streaming.flink.job_settings import PATTERNS as PATTERNS_JOB
from tillstream.data.streaming.flink.job_settings import SESSIONS, JobSettings, options
from tillstream.data.streaming.flink.pattern_sql import alert_record, pattern_sql
from tillstream.data.streaming.flink.tables import TRANSACTION_TIMEOUT_MS, interval, records_ddl, sink_ddl, source_ddl
from tillstream.data.streaming.logic.patterns import PATTERNS
from tillstream.data.streaming.logic.patterns.matching import alert_of

SETTINGS = JobSettings(
    job=SESSIONS,
    rest_host="127.0.0.1",
    rest_port=1,
    bootstrap="127.0.0.1:2",
    parallelism=2,
    checkpoints="file:///checkpoints",
    checkpoint_seconds=10.0,
    lateness_seconds=300,
    idle_seconds=30.0,
)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_patterns_sql_has_every_number_of_its_python_twin(name: str) -> None:
    sql = pattern_sql(name)
    assert not re.findall(r"\{[A-Za-z_]", sql)
    assert str(PATTERNS[name].within_us) in sql
    assert sql.startswith("-- ")
    assert "-- Example: " in sql


@pytest.mark.parametrize("name", PATTERNS)
def test_a_match_is_worded_as_the_pure_logic_words_it(name: str) -> None:
    start = to_micros(at("09:00"))
    rows = [row._replace(received_at_us=n, at_us=start + row.at_us) for n, row in enumerate(PATTERNS[name].example)]
    last = rows[-1]
    named = (last.customer_id, last.card_id, last.device_id, last.visitor_id, last.payment_id)
    ids = "\x1f".join(row.event_id for row in rows)
    _, value = alert_record(name, ids, last.at_us, last.received_at_us, *named)
    assert msgspec.json.decode(value, type=FraudAlert) == alert_of(PATTERNS[name], rows)[0]


def test_an_interval_is_written_to_the_millisecond() -> None:
    assert interval(90_061_001) == "INTERVAL '1 01:01:01.001' DAY(3) TO SECOND(3)"
    assert interval(300 * 86_400_000) == "INTERVAL '300 00:00:00.000' DAY(3) TO SECOND(3)"


def test_job_settings_survive_the_way_through_an_argument() -> None:
    assert JobSettings.from_json(SETTINGS.to_json()) == SETTINGS
    with pytest.raises(msgspec.ValidationError):
        JobSettings.from_json('{"job": 1}')


def test_a_job_reads_committed_records_with_a_watermark_each_partition_keeps() -> None:
    ddl = source_ddl("clicks", "clicks.v1", SETTINGS)
    assert "'properties.isolation.level' = 'read_committed'" in ddl
    assert "'scan.watermark.idle-timeout' = '30000 ms'" in ddl
    assert "INTERVAL '0 00:05:00.001' DAY(3) TO SECOND(3)" in ddl


def test_several_topics_are_one_table_whose_records_say_their_place() -> None:
    ddl = records_ddl("records", ("clicks.v1", "orders.v1"), SETTINGS)
    assert "'topic' = 'clicks.v1;orders.v1'" in ddl
    assert all(f"`{name}`" in ddl for name in ("topic", "partition", "offset", "received_at_us", "value"))
    assert "'properties.isolation.level' = 'read_committed'" in ddl
    assert "WATERMARK FOR `row_at`" in ddl


def test_a_transaction_outlives_a_checkpoint_and_not_the_brokers_patience() -> None:
    checkpoint_timeout_minutes = int(options(SETTINGS)["execution.checkpointing.timeout"].split()[0])
    assert checkpoint_timeout_minutes * 60_000 < TRANSACTION_TIMEOUT_MS < 15 * 60_000
    assert f"'{TRANSACTION_TIMEOUT_MS}'" in sink_ddl("told", "sessions.v1", SETTINGS)


def test_two_jobs_never_share_a_transaction() -> None:
    prefixes = {
        re.search(r"id-prefix' = '([^']+)'", sink_ddl("x", "y", one)).group(1)  # type: ignore[union-attr]
        for one in (SETTINGS, JobSettings.from_json(SETTINGS.to_json().replace(SESSIONS, PATTERNS_JOB)))
    }
    assert len(prefixes) == 2
