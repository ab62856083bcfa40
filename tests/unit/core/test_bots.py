"""A program's clicks are told from the click alone, by Python and SQL alike."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shop import at, click

from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.bots import BOT_AGENTS, is_bot
from tillstream.data.batch.table_sql import table_sql
from tillstream.data.lake import definition_of

PROGRAMS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Mozilla/5.0 (compatible; YandexBot/3.0)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36",
    "facebookexternalhit/1.1",
    "python-requests/2.31.0",
    "curl/8.4.0",
    "Scrapy/2.11 (+https://scrapy.org)",
    "Go-http-client/1.1",
]
PEOPLE = [
    None,
    "",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/86.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Mobile/15E148",
    "A reader of robotics and bottles",
    "my curl/8.4.0",
]


def clicked(user_agent=None, scroll_ratio=None, duration_ms=None) -> Click:
    fields = {"user_agent": user_agent, "scroll_ratio": scroll_ratio, "duration_ms": duration_ms}
    return click("c1", at("09:00"), "v1", "scrolled", **fields)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_a_crawler_a_headless_browser_and_a_library_are_bots(agent):
    assert is_bot(clicked(agent))


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_not_bots_whatever_their_phone_is_called(agent):
    assert not is_bot(clicked(agent))


@pytest.mark.parametrize(
    ("scroll_ratio", "duration_ms", "expected"),
    [(0.9, 99, True), (0.9, 100, False), (0.89, 0, False), (1.0, None, False), (None, 0, False)],
)
def test_a_whole_page_scrolled_in_no_time_was_scrolled_by_a_program(scroll_ratio, duration_ms, expected):
    assert is_bot(clicked(None, scroll_ratio, duration_ms)) is expected


def test_the_rule_in_sql_is_the_rule():
    query = table_sql("silver.clicks").query
    spelled = query.replace("'\n            || '", "")
    assert f"'{BOT_AGENTS}'" in spelled


_WORDS = st.sampled_from(["bot", "Bots", "cu", "crawl", "CURL", "/", " ", "x", "-", "python", "headless", "scrap", "e"])
_AGENTS = st.one_of(st.none(), st.lists(_WORDS, max_size=6).map("".join), st.text(st.characters(max_codepoint=126)))


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            _AGENTS,
            st.one_of(st.none(), st.sampled_from([0.0, 0.89, 0.9, 1.0])),
            st.one_of(st.none(), st.integers(0, 200)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_silver_judges_as_python_does(shown):
    clicks = [clicked(*one) for one in shown]
    schema = definition_of("silver.clicks").schema
    incoming = pa.Table.from_pylist(
        [
            {name: getattr(one, name) for name in one.__struct_fields__}
            | {"event_id": f"e{n}", "log_partition": 0, "log_offset": n}
            for n, one in enumerate(clicks)
        ],
        schema=pa.schema([field for field in schema if field.name not in ("is_bot", "occurred_on")]),
    )
    with duckdb.connect() as session:
        session.register("incoming", incoming)
        session.register("existing", schema.empty_table())
        found = session.sql(table_sql("silver.clicks").query).to_arrow_table().sort_by("log_offset")
    assert found["is_bot"].to_pylist() == [is_bot(one) for one in clicks]
