import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tillstream.adapters.log import OCCURRED_AT, RECEIVED_AT, Record
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import to_micros
from tillstream.core.errors import MappingError
from tillstream.data.ingestion.repair import dead_letters, original_of
from tillstream.data.sources.replay import load_mapping, replay, shape
from tillstream.data.sources.replay.guess import guess_mapping
from tillstream.data.sources.replay.mapping import SHIPPED, Clock, Mapping, Source, micros_of, parse_mapping
from tillstream.data.sources.replay.reading import read_rows, with_times
from tillstream.data.sources.replay.sending import Shifts, shifted

NOW_US = to_micros(datetime(2026, 3, 4, tzinfo=UTC))

PAYMENTS = """tx,when,who,amount,fraud
1,2026-03-01 10:00:00,ann,12.34,0
2,2026-03-01 11:00:00,bob,5.00,1
3,soon,bob,7.00,0
4,2026-03-01 12:00:00,bob,much,0
5,2026-03-02 10:00:00,ann,1.10,0
"""
MAPPING = """
[clock]
column = "when"
format = "%Y-%m-%d %H:%M:%S"
zone = "Europe/Berlin"
[[feed]]
topic = "payments.v1"
lag = "10s"
[feed.fields]
payment_id = { template = "p-{tx}" }
kind = { constant = "authorized" }
customer_id = "who"
amount_cents = { column = "amount", times = 100 }
currency = { constant = "EUR" }
[[feed]]
topic = "payments.v1"
where = { fraud = "1" }
after = "2d"
[feed.fields]
payment_id = { template = "p-{tx}" }
kind = { constant = "charged_back" }
customer_id = "who"
amount_cents = { column = "amount", times = 100 }
currency = { constant = "EUR" }
"""


@pytest.fixture
def payments(tmp_path: Path) -> Path:
    path = tmp_path / "payments.csv"
    path.write_text(PAYMENTS)
    return path


def events_of(path: Path, mapping: Mapping) -> pl.DataFrame:
    return shape(read_rows(path, mapping.source), mapping, name=path.name.partition(".")[0])


def parsed(text: str) -> Mapping:
    return parse_mapping(text.encode(), "test")


def on_log(log: SqliteLog, topic: str) -> list[Record]:
    found = [one for p in log.end_offsets(topic) for one in log.read(topic, p, 0, 1000)]
    return sorted(found, key=lambda one: one.received_at_us)


def value(record: Record) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(record.value)
    return decoded


def test_a_row_becomes_a_payment_and_two_days_later_its_chargeback(payments: Path, tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log")
    done = replay(events_of(payments, parsed(MAPPING)), log, name="payments", now_us=NOW_US)
    found = [value(one) for one in on_log(log, "payments.v1")]
    assert [(one["payment_id"], one["kind"], one["amount_cents"]) for one in found] == [
        ("p-1", "authorized", 1234),
        ("p-2", "authorized", 500),
        ("p-5", "authorized", 110),
        ("p-2", "charged_back", 500),
    ]
    # Ten in the morning in Berlin, in winter.
    assert found[0]["occurred_at"] == "2026-03-01T09:00:00.000000Z"
    assert on_log(log, "payments.v1")[0].headers == {
        OCCURRED_AT: str(to_micros(datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC))),
        RECEIVED_AT: str(to_micros(datetime(2026, 3, 1, 9, 0, 10, tzinfo=UTC))),
    }
    assert done.sent == {"payments.v1": 4}


def test_bad_rows_are_dead_letters_with_their_line(payments: Path, tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log")
    done = replay(events_of(payments, parsed(MAPPING)), log, name="payments", now_us=NOW_US)
    letters = {letter.place: letter for letter in dead_letters(log)}
    assert done.dead == 2
    assert set(letters) == {"payments/3", "payments/4"}
    assert "time cannot be read" in letters["payments/3"].reasons[0]
    assert "amount_cents" in letters["payments/4"].reasons[0]
    assert json.loads(original_of(letters["payments/4"]))["source row"]["amount"] == "much"


def test_what_would_be_received_later_than_now_is_held_back(payments: Path, tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log")
    done = replay(
        events_of(payments, parsed(MAPPING)), log, name="p", now_us=to_micros(datetime(2026, 3, 2, tzinfo=UTC))
    )
    assert done.held_back == 2
    assert len(on_log(log, "payments.v1")) == 2


def test_a_shift_moves_both_times_and_is_remembered(payments: Path, tmp_path: Path) -> None:
    events = events_of(payments, parsed(MAPPING))
    moved = shifted(events, 3_600_000_000)
    before, after = (json.loads(frame["value"][-1])["occurred_at"] for frame in (events, moved))
    assert (before, after) == ("2026-03-03T10:00:00.000000Z", "2026-03-03T11:00:00.000000Z")
    assert (moved["received_at_us"] - events["received_at_us"]).drop_nulls().unique().to_list() == [3_600_000_000]
    shifts = Shifts(tmp_path / "replays", "log-1")
    assert [shifts.of("a.csv", 5), shifts.of("a.csv", 9), shifts.of("b.csv", 9)] == [5, 5, 9]
    assert Shifts(tmp_path / "replays", "log-2").of("a.csv", 9) == 9


def test_the_same_file_gives_the_same_events(payments: Path) -> None:
    assert events_of(payments, parsed(MAPPING)).equals(events_of(payments, parsed(MAPPING)))


def test_rows_of_a_group_become_one_order(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl.gz"
    rows = [("o1", "x", 2, 3.0), ("o2", "y", 1, 5.0), ("o1", "z", 1, 4.5)]
    lines = [{"order": o, "item": i, "n": n, "price": p, "at": 1_770_000_000} for o, i, n, p in rows]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    mapping = parsed("""
    [clock]
    column = "at"
    [[feed]]
    topic = "orders.v1"
    each = "group"
    by = ["order"]
    [feed.fields]
    order_id = "order"
    kind = { constant = "placed" }
    customer_id = { constant = "c" }
    currency = { constant = "EUR" }
    total_cents = { column = "price", times = 100, sum = true }
    [feed.fields.lines.list_of]
    product_id = "item"
    quantity = "n"
    unit_price_cents = { column = "price", divided_by = "n", times = 100 }
    """)
    events = events_of(path, mapping)
    first = json.loads(events["value"][0])
    assert events.height == 2
    assert first["total_cents"] == 750
    assert first["lines"] == [
        {"product_id": "x", "quantity": 2, "unit_price_cents": 150},
        {"product_id": "z", "quantity": 1, "unit_price_cents": 450},
    ]


def test_elements_of_a_line_get_a_synthetic_clock(tmp_path: Path) -> None:
    path = tmp_path / "sessions.txt"
    path.write_text("7 8\n9 7\n")
    events = events_of(path, load_mapping("diginetica"))
    clicks = [json.loads(one) for one in events.filter(pl.col("topic") == "clicks.v1")["value"]]
    assert [(one["visitor_id"], one["product_id"], one["occurred_at"][11:19]) for one in clicks] == [
        ("session-1", "7", "00:00:00"),
        ("session-1", "8", "00:00:30"),
        ("session-2", "9", "00:01:00"),
        ("session-2", "7", "00:01:30"),
    ]
    assert events.filter(pl.col("topic") == "products.v1").height == 3


def test_a_column_that_is_not_there_is_answered_with_those_that_are(payments: Path) -> None:
    with pytest.raises(MappingError, match="no column whom; there are tx, when, who, amount, fraud"):
        events_of(payments, parsed(MAPPING.replace('"who"', '"whom"')))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("customer_id =", "customer =", "payments.v1 has no field customer"),
        ("lag =", "lagg =", "lagg"),
        ('topic = "payments.v1"\nlag', 'topic = "nowhere.v1"\nlag', "no topic 'nowhere.v1'"),
        ('topic = "payments.v1"\nlag', 'topic = "decisions.v1"\nlag', "decisions.v1 has no field|Tillstream's own"),
        ('column = "when"', "", "either `column` or `start`"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(payments: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(Exception, match=says):
        events_of(payments, parsed(MAPPING.replace(old, new)))


@pytest.mark.parametrize(("text", "micros"), [("90s", 90e6), ("15m", 900e6), ("6h", 21_600e6), ("1.5d", 129_600e6)])
def test_durations_have_units(text: str, micros: float) -> None:
    assert micros_of(text) == micros


def test_a_duration_without_a_unit_is_refused() -> None:
    with pytest.raises(MappingError):
        micros_of("90")


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_mappings_are_read(name: str) -> None:
    assert load_mapping(name).feed


def test_a_guess_is_a_mapping_that_works(payments: Path, tmp_path: Path) -> None:
    rows = read_rows(payments, Source())
    guessed = parsed(guess_mapping(rows.head(2), "payments.csv"))
    log = SqliteLog(tmp_path / "log")
    done = replay(shape(rows, guessed, name="g"), log, name="g", now_us=NOW_US)
    assert done.sent["payments.v1"] >= 3


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-01 10:00:00", 9),
        ("2026-03-01T10:00:00.000", 9),
        ("01.03.2026 10:00", 9),
        ("2026-03-01T10:00:00+02:00", 8),
        ("2026-03-01T10:00:00Z", 10),
    ],
)
def test_the_form_of_times_is_told_from_most_of_them(text: str, hour: int) -> None:
    clock = Clock(column="at", zone="Europe/Berlin")
    times = with_times(pl.DataFrame({"line": [1, 2, 3], "at": ["soon", text, text]}), clock)["row_at_us"]
    assert times.to_list() == [None, *[to_micros(datetime(2026, 3, 1, hour, tzinfo=UTC))] * 2]


def test_times_in_no_known_form_ask_for_one() -> None:
    with pytest.raises(MappingError, match="'soon'; set format"):
        with_times(pl.DataFrame({"line": [1], "at": ["soon"]}), Clock(column="at"))


def test_a_guess_sees_the_times_past_a_broken_row() -> None:
    rows = pl.DataFrame(
        {"line": range(20), "when": ["soon", *["2026-01-02 03:04"] * 19], "who": "c", "item": "p", "price": "1"}
    )
    assert parsed(guess_mapping(rows, "x.csv")).clock.column == "when"


def test_a_guess_at_nothing_says_what_is_there() -> None:
    with pytest.raises(MappingError, match="There are colour"):
        guess_mapping(pl.DataFrame({"line": [1], "colour": ["red"]}), "x.csv")
