import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shop import at, click, shop_events

from tillstream.core.contracts import LAKE_TOPICS, SOURCE_TOPICS, decode, key_of, to_micros, topic_named
from tillstream.core.contracts.json_schema import all_schemas
from tillstream.core.contracts.reference import events_page
from tillstream.core.errors import EventRejected, UnknownTopic

CLICKS = topic_named("clicks.v1")
REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_every_event_of_the_shop_survives_the_round_trip() -> None:
    for topic, event in shop_events():
        assert decode(topic_named(topic), event.encode()) == event


def test_the_shop_has_every_source_topic() -> None:
    assert {topic for topic, _ in shop_events()} == set(SOURCE_TOPICS)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"event_id": None}, "event_id"),
        ({"event_id": ""}, "event_id"),
        ({"occurred_at": "2026-03-02T09:00:00"}, "timezone"),
        ({"occurred_at": "1999-12-31T23:59:59Z"}, "2000"),
        ({"kind": "teleported"}, "teleported"),
        ({"product_id": 5}, "product_id"),
        ({"price_cents": -1}, "price_cents"),
        ({"price_cents": 12.5}, "price_cents"),
        ({"price_cents": 10**13}, "price_cents"),
        ({"scroll_ratio": 1.1}, "scroll_ratio"),
        ({"visitor_id": "v" * 65}, "visitor_id"),
    ],
)
def test_a_broken_rule_is_named(change: dict[str, object], word: str) -> None:
    event = json.loads(click("e", at("09:00"), "v").encode()) | change
    with pytest.raises(EventRejected, match=word):
        decode(CLICKS, json.dumps(event).encode())


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"event_id":"\\ud800"}', b"[" * 100_000])
def test_bytes_that_are_no_event_are_refused_not_raised_through(value: bytes) -> None:
    with pytest.raises(EventRejected):
        decode(CLICKS, value)


def test_an_event_may_be_a_minute_ahead_and_no_more() -> None:
    value = click("e", at("09:00"), "v").encode()
    assert decode(CLICKS, value, received_at_us=to_micros(at("08:59")))
    with pytest.raises(EventRejected, match="61 s after"):
        decode(CLICKS, value, received_at_us=to_micros(at("08:58:59")))


def test_at_least_one_of_a_group_must_be_set() -> None:
    with pytest.raises(EventRejected, match="at least one of `customer_id`, `visitor_id`"):
        decode(topic_named("accounts"), b'{"event_id":"a","occurred_at":"2026-03-02T09:00:00Z","kind":"logged_in"}')


def test_unknown_fields_are_allowed_because_a_newer_producer_may_send_them() -> None:
    assert decode(CLICKS, click("e", at("09:00"), "v").encode()[:-1] + b',"mood":"fine"}')


def test_an_offset_is_read_as_the_same_instant() -> None:
    value = click("e", at("09:00"), "v").encode().replace(b"09:00:00Z", b"10:30:00+01:30")
    assert to_micros(decode(CLICKS, value).occurred_at) == to_micros(at("09:00"))


def test_the_first_key_field_that_is_set_is_the_key() -> None:
    accounts = topic_named("accounts")
    keys = [key_of(accounts, event) for topic, event in shop_events() if topic == "accounts.v1"]
    assert keys == ["ann", "v-eve"]


def test_an_unknown_topic_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownTopic, match=r"clicks\.v1"):
        topic_named("clickz")


values = st.none() | st.booleans() | st.integers(-5, 10**13) | st.floats(allow_nan=False) | st.text(max_size=70)


@cache
def validator_of(topic: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(all_schemas()[topic])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_the_json_schema_and_the_decoder_give_one_verdict(data: st.DataObject) -> None:
    topic, event = data.draw(st.sampled_from(shop_events()))
    validator = validator_of(topic)
    changed = json.loads(event.encode())
    names = sorted(set(validator.schema["properties"]) - {"occurred_at", "starts_at", "ends_at", "created_at", "lines"})
    for name in data.draw(st.lists(st.sampled_from(names), max_size=3)):
        # JSON Schema calls 5.0 an integer; we do not, and the reference page says so.
        changed[name] = data.draw(values.filter(lambda v: not (isinstance(v, float) and v.is_integer())))
    try:
        decode(topic_named(topic), json.dumps(changed).encode())
        accepted = True
    except EventRejected:
        accepted = False
    assert accepted == validator.is_valid(changed)


def test_the_schemas_in_the_docs_are_those_of_the_code() -> None:
    for name, schema in all_schemas().items():
        path = REFERENCE / "schemas" / f"{name}.json"
        assert json.loads(path.read_text()) == schema, f"{path.name} is stale: make docs"
    assert {path.stem for path in (REFERENCE / "schemas").glob("*.json")} == set(LAKE_TOPICS)


def test_the_events_page_is_that_of_the_code() -> None:
    assert (REFERENCE / "events.md").read_text() == events_page(), "docs/reference/events.md is stale: make docs"
