"""A record that is looked at as text says the same time as if it were parsed."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tillstream.data.streaming.flink.event_time import INSTANT, PLAIN

TIMES = ("2026-03-02T10:00:00Z", "2026-03-02t11:00:00.123456z", "2026-03-02T10:00:00+01:00", "soon", "")
WORDS = st.sampled_from(
    ("occurred_at", "occurred_at\\", 'x"occurred_at":"2026-01-01T00:00:00Z"', "{", "]", "page", "é")
)
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), WORDS, st.sampled_from(TIMES)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)


def said(record: str) -> str | None:
    """What Flink would take from the text; None where it parses it."""
    if not re.search(PLAIN, record):
        return None
    found = re.search(INSTANT, record[record.index('"occurred_at"') :])
    assert found
    return found[0]


@given(st.lists(st.tuples(WORDS, VALUES), max_size=5), st.sampled_from((None, 1)), st.booleans())
@example([("occurred_at", TIMES[0]), ("occurred_at", TIMES[1])], None, True)
@example([("page", {"occurred_at": TIMES[0]}), ("occurred_at", TIMES[1])], None, True)
def test_it_says_what_the_record_says_or_nothing(
    members: list[tuple[str, object]], indent: int | None, ascii_: bool
) -> None:
    written = ",".join(
        f"{json.dumps(name)}:{json.dumps(value, indent=indent, ensure_ascii=ascii_)}" for name, value in members
    )
    record = f"{{{written}}}"
    plain = said(record)
    assert plain is None or plain == json.loads(record)["occurred_at"]


@pytest.mark.parametrize("time", TIMES[:2])
@pytest.mark.parametrize("rest", ['"lines":[{"product_id":"p1"}]', '"page":"/p/1"', '"note":"Schön {1}"'])
def test_an_event_as_we_write_it_is_not_parsed(time: str, rest: str) -> None:
    assert said(f'{{"event_id":"e1","occurred_at":"{time}",{rest}}}') == time
    assert said(f'{{\n  "event_id": "e1",\n  "occurred_at": "{time}",\n  {rest}\n}}') == time


@pytest.mark.parametrize(
    "record",
    [
        '{"occurred_at":"2026-03-02T10:00:00+01:00"}',
        '{"occurred_at":"2026-03-02T10:00:00Z","occurred\\u005fat":"2026-03-02T11:00:00Z"}',
        '{"lines":[{"occurred_at":"2026-03-02T10:00:00Z"}]}',
        '["occurred_at":"2026-03-02T10:00:00Z"]',
    ],
)
def test_what_is_not_plain_is_parsed(record: str) -> None:
    assert said(record) is None
