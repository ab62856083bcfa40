"""Each rule of docs/adr/0011-window-meaning.md on a few events by hand: by Polars, and live, by batch, as read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.shop import at, click, order, payment
from tests.unit.features.live_loop import LiveLoop, reference
from tests.unit.features.small_log import in_order

from tillstream.core.contracts import Event, to_micros
from tillstream.core.contracts.goods import Stock
from tillstream.features.definitions import Feature, schema_of
from tillstream.features.definitions.aggregations import (
    ADDED,
    Count,
    Decayed,
    Distinct,
    First,
    Last,
    Max,
    Mean,
    Min,
    Recent,
    Sum,
    Tiled,
    Top,
)
from tillstream.features.definitions.calendar import calendar_term
from tillstream.features.definitions.decay import SCALE, weights
from tillstream.features.definitions.language import DAY, HOUR, Differ, Source, kinds

HOUR_US = HOUR * 10**6


def made(aggregation: Tiled, source: Source, entity: str = "visitor", **more: Any) -> Feature:
    plain = {"window_seconds": DAY, "step_us": HOUR_US, "default": 0 if isinstance(aggregation, ADDED) else None}
    return Feature(name=f"{entity}__it", entity=entity, aggregation=aggregation, description="It.", source=source,
                   **plain | more)  # fmt: skip


class Told:
    """Events with the time of their receipt, put through every engine; `of` insists that all give one value."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._drawn, self._asked = folder, [], 0

    def add(self, topic: str, event: Event, *, received: datetime | None = None) -> "Told":
        self._drawn.append((to_micros(received or event.occurred_at), topic, event))
        return self

    def of(self, feature: Feature, entity_id: str, when: datetime) -> Any:
        """Online what had come by then is all that is read; batch corrects it first."""
        self._asked += 1
        events = [one for one in in_order(self._drawn) if one.received_us <= to_micros(when)]
        loop = LiveLoop(self._folder / str(self._asked), events, schema=schema_of([feature]))
        records = loop.records()
        for start in range(0, len(records), 2):
            loop.count(records[start : start + 2])
        loop.release()
        online = loop.values(to_micros(when))[feature.entity][entity_id][feature.name]
        offline = reference(in_order(self._drawn), to_micros(when), schema=loop.schema)
        assert online == offline[feature.entity][entity_id][feature.name]
        return online


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


CLICKS = Source("clicks.v1", "visitor_id")


def viewed(event_id: str, when: datetime, **more: Any) -> Event:
    return click(event_id, when, "v1", **more)


def test_at_one_instant_the_later_place_in_the_log_is_the_newest_and_the_earlier_the_oldest(told: Told) -> None:
    for number, cents in enumerate((300, 100, 200)):
        told.add("clicks.v1", viewed(f"e{number}", at("09:00"), price_cents=cents, product_id=f"p{number}"))
    assert told.of(made(Last("price_cents"), CLICKS), "v1", at("10:00")) == 200
    assert told.of(made(First("price_cents"), CLICKS), "v1", at("10:00")) == 300
    assert told.of(made(Recent("product_id", 2), CLICKS, default=()), "v1", at("10:00")) == ("p2", "p1")


def test_equally_frequent_values_go_by_the_value(told: Told) -> None:
    for number, category in enumerate(("shoes", "bags", "lamps")):
        told.add("clicks.v1", viewed(f"e{number}", at(f"09:0{number}"), category=category))
    assert list(told.of(made(Top("category", 2), CLICKS, default={}), "v1", at("10:00"))) == ["bags", "lamps"]


def test_a_null_adds_nothing_and_is_no_value(told: Told) -> None:
    for number, cents in enumerate((None, 40, None, 60)):
        told.add("clicks.v1", viewed(f"e{number}", at(f"09:0{number}"), price_cents=cents, category=None))
    found = {
        type(one).__name__: told.of(made(one, CLICKS), "v1", at("10:00"))
        for one in (Count(), Sum("price_cents"), Mean("price_cents"), Min("price_cents"), Last("price_cents"))
    }
    assert found == {"Count": 4, "Sum": 100, "Mean": 50.0, "Min": 40, "Last": 60}
    assert told.of(made(Distinct("category"), CLICKS), "v1", at("10:00")) == 0
    assert told.of(made(Max("duration_ms"), CLICKS, default=-1), "v1", at("10:00")) == -1


def test_a_null_key_counts_for_nobody(told: Told) -> None:
    told.add("clicks.v1", viewed("e1", at("09:00")))
    told.add("clicks.v1", viewed("e2", at("09:01"), customer_id="ann"))
    by_customer = made(Count(), Source("clicks.v1", "customer_id"), "customer")
    assert told.of(by_customer, "ann", at("10:00")) == 1
    assert told.of(by_customer, "bob", at("10:00")) == 0


def test_negative_numbers_keep_their_sign(told: Told) -> None:
    for number, on_hand in enumerate((5, -3, -4)):
        when = at(f"09:0{number}")
        told.add("stock.v1", Stock(event_id=f"s{number}", occurred_at=when, product_id="p1", on_hand=on_hand))
    stock = Source("stock.v1", "product_id")
    assert told.of(made(Sum("on_hand"), stock, "product"), "p1", at("10:00")) == -2
    assert told.of(made(Min("on_hand"), stock, "product"), "p1", at("10:00")) == -4
    assert told.of(made(Last("on_hand"), stock, "product"), "p1", at("10:00")) == -4


def test_a_refund_takes_nothing_from_what_was_bought(told: Told) -> None:
    told.add("orders.v1", order("o1", at("09:00"), "ann", {"boots": (2, 500)}))
    told.add("orders.v1", order("o2", at("09:30"), "ann", {"boots": (1, 500)}, kind="refunded"))
    orders = Source("orders.v1", "customer_id")
    bought = made(Sum("total_cents"), orders, "customer", where=kinds("placed"))
    assert told.of(bought, "ann", at("10:00")) == 1_000
    gone_back = made(Sum("total_cents"), orders, "customer", where=kinds("refunded"))
    assert told.of(gone_back, "ann", at("10:00")) == 500


def test_a_clock_that_runs_ahead_counts_when_it_is_received(told: Told) -> None:
    told.add("clicks.v1", viewed("e1", at("09:00:50")), received=at("09:00"))
    assert told.of(made(Count(), CLICKS), "v1", at("09:00")) == 1


def test_a_copy_counts_once_and_the_first_to_come_is_the_one(told: Told) -> None:
    told.add("clicks.v1", viewed("e1", at("09:00"), price_cents=100), received=at("09:05"))
    told.add("clicks.v1", viewed("e1", at("09:00"), price_cents=100), received=at("12:00"))
    assert told.of(made(Count(), CLICKS), "v1", at("09:04")) == 0
    assert told.of(made(Count(), CLICKS), "v1", at("09:05")) == 1
    assert told.of(made(Sum("price_cents"), CLICKS), "v1", at("13:00")) == 100


def test_what_comes_late_counts_from_its_receipt_on_and_never_before(told: Told) -> None:
    told.add("clicks.v1", viewed("e1", at("15:00")))
    told.add("clicks.v1", viewed("e2", at("09:30")), received=at("16:00"))
    assert told.of(made(Count(), CLICKS), "v1", at("15:59:59")) == 1
    assert told.of(made(Count(), CLICKS), "v1", at("16:00")) == 2


def test_a_window_that_ended_meets_the_one_that_did_not(told: Told) -> None:
    for number in range(48):
        told.add("clicks.v1", viewed(f"e{number}", at("00:30") + timedelta(hours=number)))
    now = at("00:10", day=3)
    recent, before = made(Count(), CLICKS), made(Count(), CLICKS, offset_seconds=DAY)
    assert (told.of(recent, "v1", now), told.of(before, "v1", now)) == (24, 24)


@pytest.mark.parametrize(("counts_current", "expected"), [(True, 2), (False, 1)])
def test_the_current_event_counts_unless_the_definition_says_not(
    tmp_path: Path, counts_current: bool, expected: int
) -> None:
    events = in_order([(to_micros(at(when)), "clicks.v1", viewed(when, at(when))) for when in ("09:00", "09:30")])
    feature = made(Count(), CLICKS, counts_current=counts_current)
    found = reference(events, to_micros(at("09:30")), schema=schema_of([feature]))
    assert found["visitor"]["v1"]["visitor__it"] == expected
    loop = LiveLoop(tmp_path, events, schema=schema_of([feature]))
    loop.count(loop.records()[: 1 + counts_current])  # online the event being judged is there once it is on the log
    assert loop.values(to_micros(at("09:30")))["visitor"]["v1"]["visitor__it"] == expected


def test_fields_differ_only_where_both_are_there(told: Told) -> None:
    countries: Sequence[tuple[str | None, str | None]] = (("DE", "DE"), ("DE", "US"), ("DE", None), (None, None))
    for number, (shipping, billing) in enumerate(countries):
        paid = payment(f"y{number}", at(f"09:0{number}"), 5, card_id="k1", shipping_country=shipping,
                       billing_country=billing)  # fmt: skip
        told.add("payments.v1", paid)
    where = (Differ("shipping_country", "billing_country"),)
    mismatches = made(Count(), Source("payments.v1", "card_id"), "card", where=where)
    assert told.of(mismatches, "k1", at("10:00")) == 1


def test_fractions_sum_to_the_same_in_any_order(told: Told) -> None:
    for number, ratio in enumerate((0.1, 0.7, 1 / 3, 0.2)):
        told.add("clicks.v1", viewed(f"e{number}", at(f"09:0{number}"), scroll_ratio=ratio))
    assert told.of(made(Sum("scroll_ratio"), CLICKS), "v1", at("10:00")) == 1.333333


def test_a_decayed_event_weighs_half_after_each_half_life(told: Told) -> None:
    assert weights(2 * HOUR, HOUR_US, 4) == (
        SCALE,
        round(SCALE / 2**0.5),
        SCALE // 2,
        round(SCALE / 2**1.5),
        SCALE // 4,
    )
    told.add("clicks.v1", viewed("e1", at("06:10"), price_cents=800))
    told.add("clicks.v1", viewed("e2", at("08:10"), price_cents=100))
    assert told.of(made(Decayed(2 * HOUR, "price_cents"), CLICKS), "v1", at("10:59")) == 800 / 4 + 100 / 2


def test_a_distinct_count_stops_at_its_cap(told: Told) -> None:
    for number in range(9):
        told.add("clicks.v1", viewed(f"e{number}", at(f"09:0{number}"), product_id=f"p{number}"))
    assert told.of(made(Distinct("product_id", cap=4), CLICKS), "v1", at("10:00")) == 4


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-26T05:59:59", {"hour": 5, "weekday": 3, "weekend": 0, "night": 1, "month_day": 26, "holiday": 0}),
        ("2026-11-27T07:00:00", {"hour": 7, "weekday": 4, "weekend": 0, "night": 0, "month_day": 27, "holiday": 1}),
        ("2026-11-30T23:00:00", {"hour": 23, "weekday": 0, "weekend": 0, "night": 0, "month_day": 30, "holiday": 1}),
        ("2028-02-29T06:59:59", {"hour": 6, "weekday": 1, "weekend": 0, "night": 1, "month_day": 29, "holiday": 0}),
        ("2027-12-25T00:00:00", {"hour": 0, "weekday": 5, "weekend": 1, "night": 1, "month_day": 25, "holiday": 1}),
    ],
)
def test_the_calendar_is_that_of_utc(when: str, expected: dict[str, int]) -> None:
    at_us = to_micros(datetime.fromisoformat(f"{when}+00:00"))
    assert {term: calendar_term(term, at_us) for term in expected} == expected
