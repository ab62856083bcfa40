"""Each fraud pattern: what it matches, what it just misses, and laws that hold for all."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shop import at, order, payment

from tillstream.core.contracts import to_micros
from tillstream.data.streaming.logic.patterns import PATTERNS, Pattern, Row
from tillstream.data.streaming.logic.patterns.matching import (
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    add,
    alert_of,
    due_ms,
    match,
    settle,
)
from tillstream.data.streaming.logic.patterns.row import row_of
from tillstream.data.streaming.logic.watermark import NEVER

FOREVER = 2**60
EVERY = pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)


def found(pattern: Pattern, rows: Sequence[Row], watermark_ms: int = FOREVER) -> list[list[str]]:
    """The ids of each match in these rows."""
    return [[row.event_id for row in one] for one in settle(pattern, sorted(rows), watermark_ms).matches]


def changed(rows: Sequence[Row], n: int, **fields: object) -> list[Row]:
    """The rows with one of them changed."""
    return [row._replace(**fields) if m == n % len(rows) else row for m, row in enumerate(rows)]


def tries(count: int, apart_us: int, **fields: object) -> list[Row]:
    return [Row(n * apart_us, f"y{n:02}", "authorized", card_id="k1", device_id="d1", **fields) for n in range(count)]


@EVERY
def test_its_example_is_one_match_and_every_row_of_it_counts(pattern: Pattern) -> None:
    ids = [row.event_id for row in pattern.example]
    assert all(pattern.key_of(row) is not None for row in pattern.example)
    assert found(pattern, pattern.example) == [ids]
    for n in range(len(ids)):
        assert found(pattern, [*pattern.example[:n], *pattern.example[n + 1 :]]) == []


@EVERY
def test_the_last_row_may_come_at_exactly_its_time_and_a_microsecond_later_is_too_late(pattern: Pattern) -> None:
    first_us = pattern.example[0].at_us
    assert found(pattern, changed(pattern.example, -1, at_us=first_us + pattern.within_us))
    assert not found(pattern, changed(pattern.example, -1, at_us=first_us + pattern.within_us + 1))


@EVERY
def test_rows_without_the_key_or_of_other_kinds_are_none_of_its(pattern: Pattern) -> None:
    row = pattern.example[0]
    assert pattern.key_of(row._replace(kind="captured")) is None
    assert pattern.key_of(row._replace(**{pattern.key: None})) is None


@EVERY
def test_no_row_can_go_two_ways(pattern: Pattern) -> None:
    """What makes the greedy matcher the same as MATCH_RECOGNIZE: neighbouring parts exclude each other."""
    for before, after in pairwise(pattern.parts):
        if before.least == before.most:
            continue
        for cents in (0, 500, 501, 5_000, 10**6):
            for kind in pattern.kinds:
                rows = [*pattern.example[: before.least], Row(0, "x", kind, amount_cents=cents)]
                n = len(rows) - 1
                assert not (before.holds(rows, n) and after.holds(rows, n))


def test_card_testing_needs_five_small_ones_in_a_row_and_then_a_large_one() -> None:
    pattern = PATTERNS["card_testing"]
    rows = list(pattern.example)
    assert found(pattern, changed(rows, -1, amount_cents=5_000))
    assert not found(pattern, changed(rows, -1, amount_cents=4_999))
    assert found(pattern, changed(rows, 2, amount_cents=500))
    assert not found(pattern, changed(rows, 2, amount_cents=501))


def test_card_testing_takes_the_last_thirty_small_ones() -> None:
    small = tries(31, SECOND_US, amount_cents=100)
    large = Row(MINUTE_US, "z", "authorized", amount_cents=9_900, device_id="d1")
    assert found(PATTERNS["card_testing"], [*small, large]) == [[row.event_id for row in small[1:]] + ["z"]]


def test_declines_then_success_needs_the_declines_in_a_row() -> None:
    pattern = PATTERNS["declines_then_success"]
    assert not found(pattern, changed(pattern.example, 0, kind="authorized"))
    assert not found(pattern, changed(pattern.example, -1, kind="declined"))
    paid = Row(30 * SECOND_US, "paid", "authorized", card_id="k1")
    assert found(pattern, [*pattern.example[:1], paid, *pattern.example[1:]]) == []


@pytest.mark.parametrize(("name", "count"), [("card_velocity", 4), ("device_velocity", 6)])
def test_velocity_counts_each_payment_for_one_alert(name: str, count: int) -> None:
    pattern = PATTERNS[name]
    assert len(found(pattern, tries(2 * count + 1, SECOND_US))) == 2
    slow = pattern.within_us // (count - 1) + 1
    assert found(pattern, tries(3 * count, slow)) == []
    assert len(found(pattern, tries(count, slow - 1))) == 1


def test_impossible_travel_looks_at_payments_next_to_each_other() -> None:
    pattern = PATTERNS["impossible_travel"]
    countries = ["DE", "DE", "ES", "ES", "DE"]
    rows = [Row(n * HOUR_US, f"y{n}", "authorized", card_id="k1", shipping_country=c) for n, c in enumerate(countries)]
    assert found(pattern, rows) == [["y1", "y2"], ["y3", "y4"]]
    assert pattern.key_of(rows[0]._replace(shipping_country=None)) is None


def test_a_new_account_orders_dear_and_abroad_first() -> None:
    pattern = PATTERNS["new_account_high_value"]
    rows = list(pattern.example)
    assert found(pattern, changed(rows, -1, amount_cents=10_000))
    assert not found(pattern, changed(rows, -1, amount_cents=9_999))
    assert not found(pattern, changed(rows, -1, shipping_country="DE"))
    assert not found(pattern, changed(rows, -1, billing_country=None))
    assert not found(pattern, [rows[0], rows[1]._replace(at_us=1, event_id="o", amount_cents=100), rows[1]])


def test_many_accounts_are_of_as_many_customers() -> None:
    pattern = PATTERNS["many_accounts_on_device"]
    assert not found(pattern, changed(pattern.example, -1, customer_id="c0"))


def test_a_takeover_needs_the_failures_before_the_change() -> None:
    pattern = PATTERNS["takeover"]
    rows = list(pattern.example)
    more = Row(50 * SECOND_US, "more", "login_failed", customer_id="c1")
    assert len(found(pattern, [*rows, more])[0]) == 6
    assert not found(pattern, changed(rows, 1, kind="placed"))
    assert not found(pattern, changed(rows, -1, kind="password_changed"))


def test_events_become_rows_with_what_patterns_ask_of_them() -> None:
    paid = row_of(payment("y1", at("09:00:00.5"), 900, card_id="k1", shipping_country="DE"), 7)
    assert paid == Row(
        to_micros(at("09:00:00.5")), "y1", "authorized", 7, 900, card_id="k1", payment_id="payment-y1",
        shipping_country="DE",
    )  # fmt: skip
    placed = row_of(order("o1", at("09:00"), "ann", {"boots": (2, 100)}), 7)
    assert placed is not None
    assert (placed.kind, placed.amount_cents, placed.customer_id) == ("placed", 200, "ann")


def test_an_alert_names_its_events_and_tells_of_the_last() -> None:
    pattern = PATTERNS["declines_then_success"]
    start_us = to_micros(at("12:00"))
    rows = [row._replace(at_us=start_us + row.at_us, received_at_us=9 - n) for n, row in enumerate(pattern.example)]
    alert, received_at_us = alert_of(pattern, rows)
    assert (alert.occurred_at, alert.event_ids, alert.card_id) == (at("12:02"), ["y0", "y1", "y2"], "k1")
    assert received_at_us == 9
    assert alert.event_id == alert_of(pattern, rows)[0].event_id
    assert len(alert.event_id) == 32


def test_a_row_at_the_watermark_is_late_and_a_copy_is_not_a_row() -> None:
    row = Row(5_000_999, "y1", "authorized", card_id="k1")
    assert add([], [row], 5_000)[1] == (row,)
    rows, late, copies = add([], [row, row], 4_999)
    assert (rows, late, copies) == ((row,), (), 1)


def test_rows_that_can_match_no_more_are_dropped_when_they_are_due() -> None:
    pattern = PATTERNS["card_velocity"]
    rows = tries(3, SECOND_US)
    waiting = settle(pattern, rows, 1_000)
    assert len(waiting.rows) == 3
    assert due_ms(pattern, rows, 1_000) == 2_000
    until_ms = due_ms(pattern, rows, 2_000)
    assert until_ms == pattern.within_us // 1000
    assert len(settle(pattern, rows, until_ms - 1).rows) == 3
    assert len(settle(pattern, rows, until_ms).rows) == 2


KINDS = st.sampled_from(["declined", "authorized"])
ROWS = st.lists(st.tuples(st.integers(0, 900), KINDS, st.sampled_from([100, 9_900])), max_size=24).map(
    lambda given: [
        Row(
            seconds * SECOND_US + n,
            f"y{n}",
            kind,
            amount_cents=cents,
            card_id="k",
            device_id="d",
            shipping_country="DE",
        )
        for n, (seconds, kind, cents) in enumerate(given)
    ]
)


@EVERY
@given(rows=ROWS, chance=st.randoms(use_true_random=False))
def test_order_copies_and_batches_change_no_match(pattern: Pattern, rows: list[Row], chance: random.Random) -> None:
    """Each batch is shuffled and partly doubled; the watermark follows at some distance."""
    whole = settle(pattern, sorted(row for row in rows if pattern.key_of(row)), FOREVER).matches
    kept: tuple[Row, ...] = ()
    pieces, watermark_ms = list[tuple[Row, ...]](), NEVER
    left = sorted(row for row in rows if pattern.key_of(row))
    while left:
        taken, left = left[: (size := chance.randint(1, 6))], left[size:]
        sent = taken + chance.sample(taken, chance.randint(0, len(taken)))
        chance.shuffle(sent)
        kept, late, _ = add(kept, sent, watermark_ms)
        assert late == ()
        watermark_ms = max(watermark_ms, left[0].at_us // 1000 - chance.randint(1, 60_000)) if left else FOREVER
        settled = settle(pattern, kept, watermark_ms)
        kept = settled.rows
        pieces += settled.matches
    assert pieces == whole
    assert match(pattern, ()) is None
