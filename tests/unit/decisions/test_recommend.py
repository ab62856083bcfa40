import asyncio
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.unit.decisions.desks import NOW_US, champion, plain_desk
from tests.unit.decisions.small_shelf import PlainStore, SameCategory, all_products, small_snapshot, stocked

from tillstream.decisions.desk import Desk
from tillstream.decisions.policy import ListPolicy
from tillstream.decisions.recommend.flow import focus_of, recommend
from tillstream.decisions.requests import RecommendRequest

VISITOR = "v-1"
MODEL = {"recommend": champion("recommend", SameCategory())}


def viewed(*product_ids: str) -> PlainStore:
    """Newest first."""
    return PlainStore({"visitor": {VISITOR: {"visitor__recent_products_7d": product_ids}}})


def answer_of(desk: Desk, **more: Any) -> dict[str, Any]:
    made = asyncio.run(recommend(desk, RecommendRequest(visitor_id=VISITOR, **more)))
    return json.loads(made.body)


def categories_of(answer: dict[str, Any], first: int = 8) -> Counter[str]:
    return Counter(item["category"] for item in answer["items"][:first])


def test_a_stranger_sees_eight_categories_in_the_first_eight(tmp_path: Path) -> None:
    with plain_desk(champions=MODEL) as desk:
        for _ in range(30):  # with and without an explored place
            assert max(categories_of(answer_of(desk)).values()) == 1


def test_after_three_shoes_at_least_four_of_the_first_eight_are_shoes(tmp_path: Path) -> None:
    store = viewed("shoes-7", "shoes-3", "shoes-9", "lamps-1", "toys-2")
    with plain_desk(champions=MODEL, store=store) as desk:
        for _ in range(30):
            answer = answer_of(desk, k=24)
            shown = categories_of(answer)
            assert 4 <= shown["shoes"] <= 6
            assert not {item["product_id"] for item in answer["items"]} & {"shoes-7", "shoes-3", "shoes-9"}
        assert any(item["reason"] == "because you looked at Shoes No 7" for item in answer["items"])


def test_without_a_model_the_same_visitor_gets_what_is_popular_in_shoes_and_hears_why(tmp_path: Path) -> None:
    with plain_desk(store=viewed("shoes-7", "shoes-3", "shoes-9")) as desk:
        answer = answer_of(desk)
    assert (answer["mode"], answer["model"]) == ("not_trained", None)
    assert answer["reasons"][0] == "not trained: no recommend in this log"
    assert categories_of(answer)["shoes"] >= 4


def test_with_the_store_down_the_snapshots_taste_decides_and_its_age_is_named(tmp_path: Path) -> None:
    store = PlainStore()
    store.down = True
    catalogue = small_snapshot(tmp_path / "snapshot", tastes={"c-9": ["lamps", "toys"]})
    with plain_desk(champions=MODEL, store=store, catalogue=catalogue) as desk:
        answer = answer_of(desk, customer_id="c-9")
    assert answer["mode"] == "store_down"
    assert answer["reasons"][0] == "live features cannot be read: decided from a snapshot 40 s old"
    assert categories_of(answer)["lamps"] >= 4


def test_how_each_round_trip_to_the_store_came_out_is_told_with_the_ids_it_did_not_know() -> None:
    store, told = viewed("shoes-7"), list[tuple[str, dict[str, int]]]()
    with plain_desk(champions=MODEL, store=store, store_read=lambda *how: told.append(how)) as desk:
        answer_of(desk)
        store.counted_until_us = NOW_US - 5_000_001
        answer_of(desk)
        store.down = True
        answer_of(desk)
    assert [outcome for outcome, _ in told] == ["fresh", "fresh", "stale", "stale", "down"]
    assert told[1][1]["product"] > 0
    assert told[4][1] == {}


def test_features_that_stand_still_are_used_and_their_age_is_named() -> None:
    store = viewed("shoes-7")
    store.counted_until_us = NOW_US - 40_000_000
    with plain_desk(champions=MODEL, store=store) as desk:
        answer = answer_of(desk)
    assert answer["mode"] == "features_stale"
    assert "live features stand still since 40 s" in answer["reasons"]
    assert categories_of(answer).most_common(1)[0][0] == "shoes"


def test_a_recommendation_takes_two_round_trips(tmp_path: Path) -> None:
    store = viewed("shoes-7")
    with plain_desk(champions=MODEL, store=store) as desk:
        answer_of(desk, customer_id="c-1")
    assert store.trips == 2


def test_a_product_that_sold_out_a_moment_ago_is_not_shown(tmp_path: Path) -> None:
    store = PlainStore({"product": {"shoes-0": {"product__stock_last": 0}}})
    with plain_desk(champions=MODEL, store=store) as desk:
        assert "shoes-0" not in [item["product_id"] for item in answer_of(desk, k=48)["items"]]


def test_what_sells_right_now_moves_up(tmp_path: Path) -> None:
    store = PlainStore({"product": {"toys-0": {"product__orders_1d": 500, "product__views_1h": 900}}})
    with plain_desk(store=store) as desk:
        assert answer_of(desk)["items"][0]["product_id"] == "toys-0"


def test_a_price_that_changed_since_the_snapshot_is_shown_as_it_is_now(tmp_path: Path) -> None:
    store = PlainStore({"product": {"toys-0": {"product__list_price_last": 777, "product__orders_1d": 500}}})
    with plain_desk(store=store) as desk:
        assert answer_of(desk)["items"][0]["price_cents"] == 777


def test_a_shop_of_one_category_still_fills_the_list(tmp_path: Path) -> None:
    only_shoes = [stocked("shoes", number) for number in range(10)]
    with plain_desk(catalogue=small_snapshot(tmp_path / "s", only_shoes)) as desk:
        assert len(answer_of(desk)["items"]) == 8


def test_of_a_thousand_categories_the_stranger_sees_the_most_popular() -> None:
    many = [stocked(f"kind{n:04}", 0, popularity=float((n * 7) % 1_000)) for n in range(1_000)]
    with TemporaryDirectory() as folder, plain_desk(catalogue=small_snapshot(Path(folder), many)) as desk:
        items = answer_of(desk)["items"]
    assert [item["category"] for item in items[:2]] == ["kind0857", "kind0714"]


def test_propensities_of_a_place_add_up_over_what_could_stand_there(tmp_path: Path) -> None:
    """A block of places 2…7 is open; an explored product has a chance of 0.1 / 6 / the number that could come."""
    with plain_desk(catalogue=small_snapshot(tmp_path / "s", all_products())) as desk:
        arms = Counter()
        for _ in range(300):
            answer = answer_of(desk)
            arms[answer["arm"]] += 1
            low = [item["propensity"] for item in answer["items"] if item["propensity"] < 0.5]
            assert len(low) == (answer["arm"] == "explore")
            assert all(
                item["propensity"] == pytest.approx(1 - 0.1 / 6)
                for item in answer["items"][2:]
                if item["propensity"] > 0.5
            )
    assert 10 <= arms["explore"] <= 60


@pytest.mark.parametrize(
    ("views", "focus"),
    [
        ([], None),
        (["shoes", "lamps", "toys"], None),
        (["lamps", "shoes", "shoes"], None),
        (["lamps", "shoes", "shoes", "lamps", "shoes"], "shoes"),
        (["a", "b", "c", "shoes", "shoes", "shoes"], None),
    ],
)
def test_the_focus_is_what_most_of_the_last_five_views_were(views: list[str], focus: str | None) -> None:
    assert focus_of(views, ListPolicy()) == focus
