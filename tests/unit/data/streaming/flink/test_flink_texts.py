"""What can be said of the Flink jobs without Flink: their SQL, their settings, the wording of records."""

import re

import msgspec
import pytest
from tests.shop.events import at

from tillstream.core.contracts import decode, to_micros, topic_named
from tillstream.core.contracts.derived import FraudAlert, Session
from tillstream.data.streaming.flink.job_settings import PATTERNS as PATTERNS_JOB
from tillstream.data.streaming.flink.job_settings import SESSIONS, JobSettings, options
from tillstream.data.streaming.flink.pattern_sql import alert_record, pattern_sql
from tillstream.data.streaming.flink.session_windows import Window, closed, taken_back, without
from tillstream.data.streaming.flink.tables import TRANSACTION_TIMEOUT_MS, interval, records_ddl, sink_ddl, source_ddl
from tillstream.data.streaming.logic.patterns import PATTERNS
from tillstream.data.streaming.logic.patterns.matching import alert_of
from tillstream.data.streaming.logic.session_records import Told
from tillstream.data.streaming.logic.sessions import Step, Visitor, split, tell

GAP_MS = 1_800_000
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


def steps() -> tuple[Step, ...]:
    start = to_micros(at("09:00:00.25"))
    return (
        Step(start, "e1", "viewed", "p1", None, start + 5),
        Step(start, "e2", "refreshed", "p1", "c1", start + 9),
        Step(start + 60_000_000, "e3", "cart_added", "p2", "c2", start + 1),
        Step(start + 61_000_000, "o1", "placed", None, None, start + 2),
    )


def window_of(of: tuple[Step, ...]) -> Window:
    """What sessions.sql makes of the steps."""
    places = [f"{step.at_us:017}{step.event_id}" for step in of]
    customers = [f"{place}\0{step.customer_id}" for place, step in zip(places, of, strict=True) if step.customer_id]
    kinds = [step.kind for step in of]
    counts = [kinds.count(kind) for kind in ("placed", "refreshed", "viewed", "cart_added")]
    products = len({step.product_id for step in of if step.product_id})
    received = max(step.received_at_us for step in of)
    ended = max(step.at_us for step in of)
    return Window("v1", received, min(places), ended, len(of), *counts, products, max(customers, default=None))


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_closed_window_is_the_session_that_the_pure_logic_tells(length: int) -> None:
    some = steps()[:length]
    _, said = tell("v1", Visitor(some), gap_ms=GAP_MS, watermark_ms=10**15, partial=False)
    assert [(closed(window_of(some)), window_of(some).received_at_us)] == said


def test_what_was_told_of_a_part_is_taken_back_with_a_larger_revision() -> None:
    whole = window_of(steps())
    told = Told("an-older-id", 6, steps()[2].at_us)
    outside = Told("another", 2, steps()[0].at_us - 1)
    (session,) = taken_back(whole, (told, outside))
    assert (session.session_id, session.retracted, session.revision) == ("an-older-id", True, 9)
    assert isinstance(decode(topic_named("sessions.v1"), session.encode()), Session)


def test_a_closed_window_leaves_nothing_of_itself_in_the_state() -> None:
    later = Step(to_micros(at("15:00")), "e9", "viewed", None, None, 0)
    told = (Told("old", 2, steps()[1].at_us), Told("new", 2, later.at_us))
    left = without(Visitor((*steps(), later), told), window_of(steps()))
    assert left == Visitor((later,), (told[1],))
    assert len(split(left.steps, GAP_MS)) == 1


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
