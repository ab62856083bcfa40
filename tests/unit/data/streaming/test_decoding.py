"""Records to columns: the door's verdict, the contract's types."""

from datetime import UTC, datetime

import msgspec
from tests.shop import at, click, order

from tillstream.adapters.log import RECEIVED_AT, Record
from tillstream.core.contracts import to_micros, topic_named
from tillstream.core.contracts.derived import DeadLetter, Decision
from tillstream.data.streaming.decoding import columns_of

NOW_US = to_micros(at("12:00"))


def record(topic, value, offset=0, headers=None):
    return Record(topic, 0, offset, NOW_US, "key", value, headers or {})


def columns(topic, *values, headers=None):
    records = [record(topic, value, offset, headers) for offset, value in enumerate(values)]
    return columns_of(topic_named(topic), records, "log-1")


def test_bronze_keeps_the_bytes_of_good_and_bad_alike():
    good = click("e1", at("09:00"), "v").encode()
    found = columns("clicks.v1", good, b"\xff\x00not json")
    assert found.bronze["value"].to_pylist() == [good, b"\xff\x00not json"]
    assert found.bronze["log_offset"].to_pylist() == [0, 1]


def test_only_valid_events_become_rows_and_the_rest_dead_letters_with_place_and_bytes():
    found = columns("clicks.v1", b"{}", click("e1", at("09:00"), "v").encode())
    assert found.incoming["event_id"].to_pylist() == ["e1"]
    assert found.incoming["log_offset"].to_pylist() == [1]
    letter = msgspec.json.decode(found.dead_letters[0].value, type=DeadLetter)
    assert (letter.place, letter.topic, letter.original) == ("clicks.v1/0/0", "clicks.v1", "e30=")


def test_an_event_from_the_future_is_a_dead_letter():
    found = columns("clicks.v1", click("e1", at("12:02"), "v").encode())
    assert len(found.incoming) == 0
    assert len(found.dead_letters) == 1


def test_history_keeps_its_own_time_of_receipt_also_in_its_dead_letters():
    received = to_micros(at("10:00"))
    found = columns("clicks.v1", click("e1", at("09:59"), "v").encode(), b"bad", headers={RECEIVED_AT: str(received)})
    assert found.bronze["received_at"].to_pylist() == [at("10:00")] * 2
    assert found.bronze["appended_at"].to_pylist() == [at("12:00")] * 2
    assert found.dead_letters[0].headers == {RECEIVED_AT: str(received)}


def test_an_offset_other_than_utc_is_turned_into_utc():
    value = b'{"event_id":"e","occurred_at":"2026-03-02T10:30:00.123456+02:00","visitor_id":"v","kind":"viewed"}'
    assert columns("clicks.v1", value).incoming["occurred_at"].to_pylist() == [
        datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC)
    ]


def test_lines_keep_their_defaults_and_orders_without_lines_an_empty_list():
    two = order("o1", at("09:00"), "ann", {"boots": (1, 9_900), "lamp": (2, 100)})
    none = order("o2", at("09:00"), "ann", {}, kind="failed")
    lines = columns("orders.v1", two.encode(), none.encode()).incoming["lines"].to_pylist()
    assert [line["discount_cents"] for line in lines[0]] == [0, 0]
    assert [line["product_id"] for line in lines[0]] == ["boots", "lamp"]
    assert lines[1] == []


def test_a_free_form_record_is_kept_as_json_text():
    decision = Decision(event_id="d", occurred_at=at("09:00"), use_case="price", record={"seed": 2**70, "why": ["é"]})
    (text,) = columns("decisions.v1", decision.encode()).incoming["record"].to_pylist()
    assert msgspec.json.decode(text) == {"seed": 2**70, "why": ["é"]}
