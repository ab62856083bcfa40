import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.decisions.desks import champion, plain_desk
from tests.unit.decisions.small_shelf import Halfway, PlainStore, small_snapshot, stocked

from tillstream.decisions.guardrails import guard_price
from tillstream.decisions.policy import PricePolicy
from tillstream.decisions.price.decide import PriceFacts, decide_price
from tillstream.decisions.price.flow import price
from tillstream.decisions.requests import PriceRequest

POLICY = PricePolicy()
MODEL = {"price": champion("price", Halfway())}


@pytest.mark.parametrize(
    ("proposed", "cost", "on_hand", "expected", "word"),
    [
        (9_700, 5_000, 50, 9_700, None),
        (9_000, 5_000, 50, 9_000, None),
        (8_999, 5_000, 50, 9_000, "largest step"),
        (11_001, 5_000, 50, 11_000, "largest step"),
        (1, 1, 50, 9_000, "largest step"),
        (9_700, 5_000, 3, 10_000, "only 3 left"),
        (10_300, 5_000, 3, 10_300, None),
        (9_300, 9_000, 50, 10_000, "margin"),
        (9_300, 9_900, 50, 10_395, "margin"),
        (9_300, None, None, 9_300, None),
    ],
)
def test_each_rail_holds_and_says_so(
    proposed: int, cost: int | None, on_hand: int | None, expected: int, word: str | None
) -> None:
    guarded = guard_price(proposed, 10_000, cost, on_hand, POLICY)
    assert guarded.price_cents == expected
    assert (word or "") in " ".join(guarded.reasons)
    assert bool(guarded.reasons) == (word is not None)


def test_floor_and_ceiling_hold_where_the_step_is_wide() -> None:
    wide = PricePolicy(largest_step=0.9)
    assert guard_price(100, 1_000, 10, None, wide).price_cents == 700
    assert guard_price(9_000, 1_000, 10, None, wide).price_cents == 1_150


@given(st.integers(-10, 10**7), st.integers(0, 10**6), st.none() | st.integers(0, 10**6), st.integers(0, 10))
def test_no_price_leaves_the_rails(proposed: int, list_price: int, cost: int | None, on_hand: int) -> None:
    found = guard_price(proposed, list_price, cost, on_hand, POLICY).price_cents
    needed = 0 if cost is None else -(-cost * 1_050 // 1_000)
    assert found >= min(needed, max(list_price, needed)) or list_price == 0
    if needed <= list_price:
        assert 0.9 * list_price - 1 <= found <= 1.1 * list_price + 1


def asked(folder: Path, *, store: PlainStore | None = None, visitors: int = 1, **more: Any) -> list[dict[str, Any]]:
    with plain_desk(champions=MODEL, store=store, **more) as desk:
        requests = [PriceRequest(visitor_id=f"v-{n}", product_id="shoes-3") for n in range(visitors)]
        return [json.loads(asyncio.run(price(desk, one)).body) for one in requests]


def test_a_price_has_its_reasons_and_the_same_visitor_sees_it_again(tmp_path: Path) -> None:
    with plain_desk(champions=MODEL) as desk:
        request = PriceRequest(visitor_id="v-1", product_id="shoes-3")
        first, second = (json.loads(asyncio.run(price(desk, request)).body) for _ in range(2))
    assert first["price_cents"] == second["price_cents"]
    assert first["list_price_cents"] == 4_000
    assert first["reasons"][0] == "demand changes by 1.8 % for each 1 % of price"


def test_a_tenth_of_the_visitors_see_a_small_step_up_or_down(tmp_path: Path) -> None:
    prices = Counter(one["price_cents"] for one in asked(tmp_path, visitors=200))
    assert set(prices) == {3_680, 3_800, 3_920}
    assert 4 <= prices[3_680] + prices[3_920] <= 45


def test_a_prices_propensity_is_the_chance_of_that_price_whatever_arm_led_to_it() -> None:
    request = PriceRequest(visitor_id="v", product_id="p")
    free = PriceFacts(request=request, seed=1, list_price_cents=10_000, currency="EUR", cost_cents=1, best_cents=10_000)
    tight = msgspec.structs.replace(free, best_cents=20_000)  # all three aims end at the largest step
    chances = {}
    for seed in range(100):
        found = decide_price(msgspec.structs.replace(free, seed=seed), POLICY)
        chances[found.price_cents] = found.arm.propensity
        assert decide_price(msgspec.structs.replace(tight, seed=seed), POLICY).arm.propensity == 1.0
    assert chances == {10_000: 0.9, 10_300: 0.05, 9_700: 0.05}


def test_a_price_costs_one_round_trip_and_uses_what_the_store_knows_now(tmp_path: Path) -> None:
    store = PlainStore({"product": {"shoes-3": {"product__list_price_last": 5_000, "product__stock_last": 2}}})
    (answer,) = asked(tmp_path, store=store)
    assert store.trips == 1
    assert (answer["list_price_cents"], answer["price_cents"]) == (5_000, 5_000)
    assert "only 2 left" in answer["reasons"][-1]


def test_with_the_store_down_the_snapshots_list_price_is_the_start(tmp_path: Path) -> None:
    store = PlainStore()
    store.down = True
    (answer,) = asked(tmp_path, store=store)
    assert (answer["mode"], answer["list_price_cents"]) == ("store_down", 4_000)


def test_a_product_without_a_known_cost_keeps_its_list_price(tmp_path: Path) -> None:
    catalogue = small_snapshot(tmp_path / "s", [stocked("shoes", 3, cost_cents=None)])
    (answer,) = asked(tmp_path, catalogue=catalogue)
    assert answer["price_cents"] == 4_000
