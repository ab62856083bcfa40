"""Late events and closed sessions: what the batch run sends makes gold right."""

from collections.abc import Callable, Sequence

import pytest
from tests.shop import at, click, new_record, order

from tillstream.core.contracts import to_micros
from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.derived import Session
from tillstream.data.batch.gold import build_gold
from tillstream.data.lake import Lake
from tillstream.data.streaming.derived import derived_record
from tillstream.data.streaming.embedded.correcting import Found, Looked, find_corrections
from tillstream.data.streaming.logic.sessions import Visitor, add, step_of, tell

GAP_MS, LATENESS_MS = 1_800_000, 300_000
TOPICS = ("clicks.v1", "orders.v1", "sessions.v1")
LAST = click("last", at("20:00", day=2), "v-late")
"""Moves time on; its own session stays open."""


@pytest.fixture
def shop(log, catch_up) -> Callable[..., None]:
    """Puts events into the lake; of clicks a live job saw, their sessions too."""

    def put(*events: Click, live: bool = True) -> None:
        for event in events:
            log.append("clicks.v1", [new_record("clicks.v1", event)])
        if live:
            send(log, told(events))
        catch_up(*TOPICS)

    return put


def told(clicks: Sequence[Click]) -> list[tuple[Session, int]]:
    """What the live job said of these clicks, each visitor's alone."""
    said = []
    for visitor_id in sorted({one.visitor_id for one in clicks}):
        steps = [step_of(one, to_micros(one.occurred_at))[1] for one in clicks if one.visitor_id == visitor_id]
        visitor = add(Visitor(), steps, gap_ms=GAP_MS, watermark_ms=0).visitor
        said += tell(visitor_id, visitor, gap_ms=GAP_MS, watermark_ms=2**60, partial=False)[1]
    return said


def send(log, said: Sequence[tuple[Session, int]]) -> None:
    for event, received_at_us in said:
        log.append("sessions.v1", [derived_record("sessions.v1", event, received_at_us)])


def look(lake: Lake, looked: Looked | None = None) -> Found:
    return find_corrections(lake, looked or Looked(), gap_ms=GAP_MS, lateness_ms=LATENESS_MS)


def gold(lake: Lake) -> list[tuple[str, int, int]]:
    """Visitor, minutes of the day and events of each session."""
    build_gold(lake, ["gold.sessions"])
    rows = lake.arrow("gold.sessions").to_pylist()
    clock = [
        (row["visitor_id"], row["started_at"].hour * 60 + row["started_at"].minute, row["revision"]) for row in rows
    ]
    return sorted((visitor, minute, revision // 2) for visitor, minute, revision in clock)


def test_nothing_is_sent_where_all_was_told_and_nothing_looked_at_twice(shop, lake) -> None:
    shop(click("e1", at("09:00"), "v1"), click("e2", at("09:10"), "v1"))
    shop(LAST, live=False)
    found = look(lake)
    assert (found.said, found.wrong) == ([], 0)
    again = look(lake, found.looked)
    assert again.days == 1  # that of the open session
    assert (again.said, again.wrong) == ([], 0)


@pytest.mark.parametrize(
    ("late", "sessions"),
    [
        (["09:05"], [("v1", 540, 3), ("v1", 620, 1)]),  # inside: one event more
        (["08:50"], [("v1", 530, 3), ("v1", 620, 1)]),  # before: another first event, another id
        (["09:30", "09:55"], [("v1", 540, 5)]),  # between: two become one
        (["15:00"], [("v1", 540, 2), ("v1", 620, 1), ("v1", 900, 1)]),  # alone
    ],
)
def test_late_events_are_in_gold_after_the_run(shop, lake, log, catch_up, late, sessions) -> None:
    shop(click("e1", at("09:00"), "v1"), click("e2", at("09:10"), "v1"), click("e3", at("10:20"), "v1"))
    shop(LAST, live=False)
    before = look(lake).looked
    assert gold(lake) == [("v1", 540, 2), ("v1", 620, 1)]
    shop(*(click(f"late-{clock}", at(clock), "v1") for clock in late), live=False)
    found = look(lake, before)
    assert found.wrong == 1
    send(log, found.said)
    catch_up(*TOPICS)
    assert gold(lake) == sessions
    assert look(lake).said == []


def test_a_session_over_midnight_is_one(shop, lake, log, catch_up) -> None:
    shop(click("e1", at("23:50"), "v1"), click("e3", at("00:05", day=2), "v1"))
    shop(LAST, live=False)
    before = look(lake).looked
    shop(click("e2", at("00:01", day=2), "v1"), live=False)
    send(log, look(lake, before).said)
    catch_up(*TOPICS)
    assert gold(lake) == [("v1", 1430, 3)]


def test_orders_count_and_what_bots_click_does_not(shop, lake, log, catch_up) -> None:
    log.append("orders.v1", [new_record("orders.v1", order("o1", at("09:05"), "ann", {}, visitor_id="v1"))])
    shop(click("e1", at("09:00"), "v1"), click("b1", at("09:00"), "v2", user_agent="Googlebot/2.1"), LAST, live=False)
    found = look(lake)
    ((record, _),) = found.said
    assert (record.visitor_id, record.clicks, record.purchased, record.revision) == ("v1", 1, True, 5)


def test_a_lake_behind_the_live_job_takes_nothing_back(shop, lake, log, catch_up) -> None:
    """The job told a session of events the lake does not have yet."""
    seen = [click("e1", at("09:00"), "v1"), click("e2", at("09:10"), "v1"), click("e3", at("09:20"), "v1")]
    send(log, told(seen))
    shop(seen[1], seen[2], LAST, live=False)
    assert look(lake).said == []
    shop(seen[0], live=False)
    assert look(lake).said == []
    assert gold(lake) == [("v1", 540, 3)]
