import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.unit.decisions.desks import champion, plain_desk
from tests.unit.decisions.small_shelf import Halfway, LinearRisk, PlainStore, SameCategory

from tillstream.core.contracts import decode, topic_named
from tillstream.core.errors import ExportCorrupt
from tillstream.decisions.churn.flow import churn
from tillstream.decisions.desk import Decided, Desk
from tillstream.decisions.errors import RecordUnreadable
from tillstream.decisions.fraud.flow import fraud
from tillstream.decisions.policy import ListPolicy, Policy
from tillstream.decisions.ports import Champion
from tillstream.decisions.price.flow import price
from tillstream.decisions.recommend import flow
from tillstream.decisions.recommend.flow import recommend
from tillstream.decisions.record import Columns, decode_entry
from tillstream.decisions.replay import Replayed, replay
from tillstream.decisions.requests import ChurnRequest, FraudRequest, PriceRequest, RecommendRequest

CHAMPIONS = {
    "recommend": champion("recommend", SameCategory()),
    "price": champion("price", Halfway()),
    "fraud": champion("fraud", LinearRisk(), ("card__payments_1h", "payment__amount_cents")),
    "churn": champion("churn", LinearRisk(), ("customer__orders_30d",)),
}
STORE = {
    "visitor": {"v": {"visitor__recent_products_7d": ["shoes-1", "shoes-2", "shoes-4"]}},
    "card": {"k": {"card__payments_1h": 8}},
    "customer": {"c": {"customer__orders_30d": 3}},
}
REQUESTS: dict[str, tuple[Any, Any]] = {
    "recommend": (recommend, RecommendRequest(visitor_id="v", k=24)),
    "price": (price, PriceRequest(visitor_id="v", product_id="shoes-3")),
    "fraud": (fraud, FraudRequest(payment_id="p", amount_cents=500, currency="EUR", card_id="k")),
    "churn": (churn, ChurnRequest(customer_id="c")),
}


def made(desk: Desk, use_case: str) -> tuple[Decided, bytes]:
    decide, request = REQUESTS[use_case]
    decided = asyncio.run(decide(desk, request))
    event = desk.outbox.get(id=decided.decision_id)
    assert event is not None
    return decided, event


def again(event: bytes, *, code: str = "code-1", policy: Policy | None = None, gone: bool = False) -> Replayed:
    def load(use_case: str, digest: str) -> Champion[Any]:
        if gone:
            raise ExportCorrupt(f"{use_case}: no export {digest[:8]}")
        return CHAMPIONS[use_case]

    return replay(decode_entry(event), policy=policy or Policy(), code=code, load=load)


@pytest.mark.parametrize("use_case", REQUESTS)
@pytest.mark.parametrize("down", [False, True], ids=["normal", "store_down"])
@pytest.mark.parametrize("trained", [True, False], ids=["trained", "untrained"])
def test_a_replay_gives_the_bytes_that_left(tmp_path: Path, use_case: str, down: bool, trained: bool) -> None:
    store = PlainStore(STORE)
    store.down = down
    with plain_desk(champions=CHAMPIONS if trained else {}, store=store) as desk:
        decided, event = made(desk, use_case)
    replayed = again(event)
    assert (replayed.body, replayed.is_same, replayed.notes) == (decided.body, True, ())
    assert decode(topic_named("decisions"), event).event_id == decided.decision_id


def test_a_replay_survives_another_spelling_of_the_same_json(tmp_path: Path) -> None:
    with plain_desk(champions=CHAMPIONS, store=PlainStore(STORE)) as desk:
        decided, event = made(desk, "recommend")
    respelled = json.dumps(json.loads(event), indent=1, sort_keys=True).encode()
    assert again(respelled).body == decided.body


def test_a_replay_says_what_is_another_now(tmp_path: Path) -> None:
    with plain_desk(champions=CHAMPIONS, store=PlainStore(STORE)) as desk:
        _, event = made(desk, "fraud")
    other = again(event, code="code-2", policy=Policy(lists=ListPolicy(explore=0.5)), gone=True)
    assert other.is_same, "the model's word is in the record"
    assert [note.split()[0] for note in other.notes] == ["decided", "decided", "export"]


def test_other_rules_that_change_the_answer_are_seen(tmp_path: Path) -> None:
    with plain_desk(champions=CHAMPIONS, store=PlainStore(STORE)) as desk:
        _, event = made(desk, "recommend")
    lists = ListPolicy(focus_least=0.0, focus_most=0.13)
    assert not again(event, policy=Policy(lists=lists)).is_same


def shop_like(rng: np.random.Generator) -> Columns:
    """Thirty columns as the shop has them: counts, cents, ratios, seconds, a score."""
    kinds = [
        *(rng.poisson(rate, 100) for rate in (0.1, 0.5, 1, 2, 5, 10, 20, 50, 80, 100, 200, 400)),
        *(rng.integers(500, 50_000, 100) for _ in range(6)),
        *(rng.poisson(3, 100) / np.maximum(rng.poisson(40, 100), 1) for _ in range(6)),
        *(rng.integers(0, 2_592_000, 100) for _ in range(5)),
        rng.random(100),
    ]
    return Columns.of({f"product__feature_number_{n}_7d": column for n, column in enumerate(kinds)})


def test_a_record_of_100_candidates_and_30_features_takes_at_most_16_kilobytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = shop_like(np.random.default_rng(7))
    monkeypatch.setattr(flow, "live_names", lambda: columns.names)
    assert columns.matrix.shape == (100, 30)
    rows = {
        f"{category}-{number}": dict(zip(columns.names, columns.matrix[number].tolist(), strict=True))
        for category in (
            "shoes",
            "toys",
            "lamps",
            "bags",
            "phones",
            "chairs",
            "shirts",
            "kitchen",
            "watches",
            "cameras",
        )
        for number in range(10)
    }
    store = PlainStore({"product": rows, "visitor": STORE["visitor"]})
    with plain_desk(champions=CHAMPIONS, store=store) as desk:
        decided = asyncio.run(recommend(desk, RecommendRequest(visitor_id="v")))
        event = desk.outbox.get(id=decided.decision_id)
    assert event is not None
    assert decode_entry(event).columns.matrix.shape == (100, 34)
    assert len(event) <= 16 * 1024


@given(arrays(np.float32, st.tuples(st.integers(0, 20), st.integers(1, 7))))
def test_columns_come_back_bit_for_bit(matrix: np.ndarray) -> None:
    names = tuple(f"c{n}" for n in range(matrix.shape[1]))
    back = Columns.unpack(names, len(matrix), Columns(names, matrix).pack())
    assert back.matrix.tobytes() == np.ascontiguousarray(matrix).tobytes()
    assert back.names == names


@pytest.mark.parametrize("packed", ["", "no base64!", "aGVsbG8="])
def test_values_that_are_not_ours_are_refused_with_a_sentence(packed: str) -> None:
    with pytest.raises(RecordUnreadable, match="values"):
        Columns.unpack(("a",), 3, packed)


def test_an_event_without_a_record_is_refused() -> None:
    with pytest.raises(RecordUnreadable, match="no decision record"):
        decode_entry(msgspec.json.encode({"event_id": "x"}))
