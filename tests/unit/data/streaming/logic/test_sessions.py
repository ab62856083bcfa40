"""Sessions of one visitor, by hand and by law."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.shop import at, click, order

from tillstream.core.contracts import to_micros
from tillstream.core.contracts.derived import Session
from tillstream.data.streaming.logic.session_records import Told
from tillstream.data.streaming.logic.sessions import Step, Visitor, add, split, step_of, tell
from tillstream.data.streaming.logic.watermark import NEVER

GAP_MS = 1_800_000
MINUTE_US = 60_000_000
START_US = to_micros(at("00:00"))
FOREVER = 2**60


def step(at_us: int, event_id: str, kind: str = "viewed", product_id: str | None = None) -> Step:
    return Step(START_US + at_us, event_id, kind, product_id, None, at_us)


def minutes(*marks: float) -> list[Step]:
    return [step(round(mark * MINUTE_US), f"e{mark:g}") for mark in marks]


def told(visitor: Visitor, *, watermark_ms: int = NEVER, partial: bool = True) -> tuple[Visitor, list[Session]]:
    after, said = tell("v1", visitor, gap_ms=GAP_MS, watermark_ms=watermark_ms, partial=partial)
    return after, [record for record, _ in said]


def added(visitor: Visitor, steps: Iterable[Step], watermark_ms: int = NEVER) -> Visitor:
    return add(visitor, steps, gap_ms=GAP_MS, watermark_ms=watermark_ms).visitor


def final(records: Iterable[Session]) -> dict[str, Session]:
    """The highest revision of each id, without those that were taken back."""
    best: dict[str, Session] = {}
    for record in records:
        if record.session_id not in best or record.revision > best[record.session_id].revision:
            best[record.session_id] = record
    return {session_id: record for session_id, record in best.items() if not record.retracted}


def test_an_event_at_exactly_the_gap_joins_and_one_a_millisecond_later_does_not() -> None:
    first, gap_us = step(0, "a"), GAP_MS * 1000
    assert len(split([first, step(gap_us, "b")], GAP_MS)) == 1
    assert len(split([first, step(gap_us + 999, "b")], GAP_MS)) == 1
    assert len(split([first, step(gap_us + 1_000, "b")], GAP_MS)) == 2


def test_a_session_tells_what_its_events_come_to() -> None:
    events = [
        click("e1", at("09:00"), "v1", product_id="boots"),
        click("e2", at("09:00:30"), "v1", "refreshed", product_id="boots"),
        click("e3", at("09:01"), "v1", "cart_added", product_id="sneakers", customer_id="ann"),
        order("o1", at("09:05:00.25"), "ann", {"boots": (1, 9_900)}, visitor_id="v1"),
    ]
    steps = [found[1] for n, event in enumerate(events) if (found := step_of(event, n))]
    visitor, said = tell("v1", added(Visitor(), steps), gap_ms=GAP_MS, watermark_ms=FOREVER, partial=False)
    ((record, received_at_us),) = said
    assert visitor == Visitor()
    assert received_at_us == 3
    assert (record.started_at, record.occurred_at, record.ended_at) == (at("09:00"), at("09:00"), at("09:05:00.25"))
    assert (record.duration_ms, record.clicks, record.refreshes, record.products) == (300_250, 3, 1, 2)
    assert (record.added_to_cart, record.purchased, record.bounced, record.closed) == (True, True, False, True)
    assert (record.customer_id, record.revision) == ("ann", 9)


def test_one_view_and_nothing_else_is_a_bounce() -> None:
    assert told(added(Visitor(), [step(0, "a")]))[1][0].bounced
    assert not told(added(Visitor(), [step(0, "a", "searched")]))[1][0].bounced
    assert not told(added(Visitor(), minutes(0, 1)))[1][0].bounced


def test_orders_that_are_not_placed_or_know_no_visitor_are_no_steps() -> None:
    assert step_of(order("o1", at("09:00"), "ann", {}, visitor_id="v1", kind="cancelled"), 0) is None
    assert step_of(order("o1", at("09:00"), "ann", {}), 0) is None


def test_a_session_that_did_not_grow_is_not_told_again() -> None:
    visitor, first = told(added(Visitor(), minutes(0, 1)))
    visitor, second = told(visitor)
    assert [record.revision for record in first] == [4]
    assert second == []
    assert [record.revision for record in told(visitor, watermark_ms=FOREVER)[1]] == [5]


def test_an_earlier_event_takes_the_old_id_back() -> None:
    visitor, (old,) = told(added(Visitor(), minutes(10, 11)))
    visitor, (back, new) = told(added(visitor, minutes(5)))
    assert (back.session_id, back.retracted, back.revision) == (old.session_id, True, new.revision)
    assert back.occurred_at == old.occurred_at
    assert new.session_id != old.session_id
    assert new.revision > old.revision
    assert [one.session_id for one in visitor.told] == [new.session_id]


def test_an_event_between_two_sessions_makes_them_one() -> None:
    visitor, apart = told(added(Visitor(), minutes(0, 1, 50, 51)))
    visitor, together = told(added(visitor, minutes(25)))
    assert len(apart) == 2
    assert [record.retracted for record in together] == [True, False]
    assert together[0].session_id == apart[1].session_id
    assert together[1].session_id == apart[0].session_id
    assert final([*apart, *together]) == {apart[0].session_id: together[1]}


def test_a_step_is_late_if_its_session_has_closed_and_not_if_an_open_one_takes_it() -> None:
    closed_ms = START_US // 1000 + 40 * 60_000
    visitor = added(Visitor(), minutes(20))
    alone = add(Visitor(), minutes(9), gap_ms=GAP_MS, watermark_ms=closed_ms)
    joined = add(visitor, minutes(9), gap_ms=GAP_MS, watermark_ms=closed_ms)
    assert [one.event_id for one in alone.late] == ["e9"]
    assert (joined.late, len(joined.visitor.steps)) == ((), 2)


def test_a_session_closes_when_the_watermark_reaches_its_end_and_the_gap() -> None:
    visitor = added(Visitor(), minutes(0))
    closes_ms = START_US // 1000 + GAP_MS
    assert told(visitor, watermark_ms=closes_ms - 1, partial=False)[1] == []
    assert told(visitor, watermark_ms=closes_ms, partial=False)[1][0].closed


def test_who_knows_fewer_events_than_were_told_says_nothing() -> None:
    visitor, _ = told(added(Visitor(), minutes(0, 1, 2)))
    assert told(Visitor(tuple(minutes(0, 1)), visitor.told), watermark_ms=FOREVER)[1] == []
    swallows = Visitor(tuple(minutes(-1, 0)), visitor.told)
    assert told(swallows, watermark_ms=FOREVER)[1] == []


def test_an_id_that_was_left_behind_is_taken_back_though_its_session_is_told() -> None:
    _, (left,) = told(added(Visitor(), minutes(1)))
    visitor, (whole,) = told(added(Visitor(), minutes(0, 1)))
    behind = Visitor(visitor.steps, (*visitor.told, Told(left.session_id, left.revision, START_US + MINUTE_US)))
    ((record, _),) = tell("v1", behind, gap_ms=GAP_MS, watermark_ms=NEVER, partial=True)[1]
    assert (record.session_id, record.retracted, record.revision) == (left.session_id, True, whole.revision)


STEPS = st.lists(st.integers(0, 400), min_size=1, max_size=25).map(
    lambda marks: [step(mark * MINUTE_US + mark, f"e{n}") for n, mark in enumerate(marks)]
)


def played(batches: Sequence[Sequence[Step]], partials: Sequence[bool]) -> dict[str, Session]:
    """The final sessions after these batches, each told or not, and the end of time."""
    visitor, records = Visitor(), list[Session]()
    for batch, partial in zip(batches, partials, strict=True):
        visitor = added(visitor, batch)
        if partial:
            visitor, said = told(visitor)
            records += said
    return final([*records, *told(visitor, watermark_ms=FOREVER)[1]])


@given(STEPS, st.randoms(use_true_random=False), st.data())
def test_order_copies_and_batches_change_no_session(
    steps: list[Step], chance: random.Random, data: st.DataObject
) -> None:
    shuffled = steps + chance.sample(steps, chance.randint(0, len(steps)))
    chance.shuffle(shuffled)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(shuffled)), max_size=6)))
    batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    partials = [chance.random() < 0.6 for _ in batches]
    assert played(batches, partials) == played([sorted(steps)], [False])


@given(STEPS)
def test_sessions_hold_each_event_once_and_lie_a_gap_apart(steps: list[Step]) -> None:
    sessions = split(sorted(steps), GAP_MS)
    assert sorted(one for session in sessions for one in session) == sorted(steps)
    for before, after in pairwise(sessions):
        assert after[0].at_us // 1000 - before[-1].at_us // 1000 > GAP_MS
