import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.decisions.desks import champion, desk_in, plain_desk
from tests.unit.decisions.small_shelf import LinearRisk, PlainStore

from tillstream.decisions.desk import Desk
from tillstream.decisions.drivers import PAYMENT_WORDS, Driver, sentences
from tillstream.decisions.fraud.flow import fraud
from tillstream.decisions.requests import FraudRequest
from tillstream.models.scoring import PAYMENT_VALUES

MODEL = {"fraud": champion("fraud", LinearRisk(), ("card__declines_1h",), thresholds={"review": 0.2, "decline": 0.25})}


def request(payment_id: str = "p-1", amount_cents: int = 5_000, **more: Any) -> FraudRequest:
    return FraudRequest(payment_id=payment_id, amount_cents=amount_cents, currency="EUR", card_id="k", **more)


def judged(desk: Desk, *args: Any, **more: Any) -> dict[str, Any]:
    return json.loads(asyncio.run(fraud(desk, request(*args, **more))).body)


def card(**values: float) -> PlainStore:
    return PlainStore({"card": {"k": {f"card__{name}": value for name, value in values.items()}}})


@pytest.mark.parametrize(("declines", "action"), [(1, "accept"), (2, "review"), (2.5, "decline")])
def test_the_exports_thresholds_turn_the_risk_into_an_action(tmp_path: Path, declines: float, action: str) -> None:
    with plain_desk(champions=MODEL, store=card(declines_1h=declines)) as desk:
        answer = judged(desk)
    assert (answer["action"], answer["risk"], answer["mode"]) == (action, declines / 10, "normal")
    assert answer["reasons"]


def test_a_rule_is_stricter_than_a_calm_model_and_says_what_it_saw(tmp_path: Path) -> None:
    with plain_desk(champions=MODEL, store=card(payments_1h=12)) as desk:
        answer = judged(desk)
    assert answer["action"] == "decline"
    assert "payments with this card in the last hour: 12" in answer["reasons"]


def test_with_the_store_down_it_goes_to_rules_and_review(tmp_path: Path) -> None:
    store = card(payments_1h=99)
    store.down = True
    with plain_desk(champions=MODEL, store=store) as desk:
        small = judged(desk, "p-1", 5_000)
        large = judged(desk, "p-2", 60_000)
        abroad = judged(desk, "p-3", 5_000, card_country="DE", ip_country="BR")
    assert [one["action"] for one in (small, large, abroad)] == ["accept", "review", "review"]
    assert {one["mode"] for one in (small, large, abroad)} == {"store_down"}
    assert small["model"] is None, "a risk on defaults alone would be a guess"


def test_not_trained_says_so_first(tmp_path: Path) -> None:
    with plain_desk(store=card(payments_1h=1)) as desk:
        answer = judged(desk)
    assert (answer["mode"], answer["reasons"][0]) == ("not_trained", "not trained: no fraud in this log")


def test_a_second_request_for_a_payment_gets_the_recorded_answer(tmp_path: Path) -> None:
    store = card(payments_1h=1)
    with plain_desk(champions=MODEL, store=store) as desk:
        first = asyncio.run(fraud(desk, request()))
        store.values = card(payments_1h=99).values
        assert asyncio.run(fraud(desk, request())).body == first.body
        assert json.loads(asyncio.run(fraud(desk, request("p-2"))).body)["action"] == "decline"


def test_two_requests_at_once_for_a_payment_make_one_record(tmp_path: Path) -> None:
    async def both(desk: Desk) -> set[bytes]:
        return {one.body for one in await asyncio.gather(*(fraud(desk, request()) for _ in range(5)))}

    store = card(payments_1h=1)
    with desk_in(tmp_path, champions=MODEL, store=store) as desk:
        assert len(asyncio.run(both(desk))) == 1
    assert store.trips == 1


def test_another_process_over_the_same_spool_answers_the_same(tmp_path: Path) -> None:
    with desk_in(tmp_path, store=card(payments_1h=1)) as desk:
        first = asyncio.run(fraud(desk, request())).body
        with desk_in(tmp_path, store=card(payments_1h=99)) as other:
            assert asyncio.run(fraud(other, request())).body == first


def test_every_value_a_scorer_reads_of_a_payment_has_words() -> None:
    assert set(PAYMENT_WORDS) == set(PAYMENT_VALUES)


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        ("card__payments_1h", 7, "card: payments tried within an hour: 7"),
        ("card__paid_1d", 123_450, "card: amount of the payments authorized within a day: 1,234.50"),
        ("card__seconds_since_payment", 7_200, "card: time since the last payment tried: 2 h"),
        ("payment__over_card_mean", -1, "the amount over this card's mean: never"),
    ],
)
def test_a_driver_is_told_in_words_with_its_window_and_unit(feature: str, value: float, sentence: str) -> None:
    assert sentences([Driver(feature, value, 0.5)], raising=True) == [f"raises the risk: {sentence}"]
