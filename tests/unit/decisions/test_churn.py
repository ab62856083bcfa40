import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.decisions.desks import champion, plain_desk
from tests.unit.decisions.small_shelf import LinearRisk, PlainStore, small_snapshot

from tillstream.decisions.churn.flow import churn
from tillstream.decisions.desk import Desk
from tillstream.decisions.requests import ChurnRequest

MODEL = {"churn": champion("churn", LinearRisk(), ("customer__refunds_30d",))}
DAY = 86_400


def asked(desk: Desk, customer_id: str = "c") -> dict[str, Any]:
    return json.loads(asyncio.run(churn(desk, ChurnRequest(customer_id=customer_id))).body)


def customer(**values: float) -> PlainStore:
    return PlainStore({"customer": {"c": {f"customer__{name}": value for name, value in values.items()}}})


@pytest.mark.parametrize(
    ("refunds", "band", "action"), [(1, "low", "none"), (4, "medium", "remind"), (9, "high", "offer")]
)
def test_the_risk_decides_band_and_action(tmp_path: Path, refunds: float, band: str, action: str) -> None:
    store = customer(refunds_30d=refunds)
    with plain_desk(champions=MODEL, store=store) as desk:
        answer = asked(desk)
    assert (answer["risk"], answer["band"], answer["action"]) == (refunds / 10, band, action)
    assert store.trips == 1


def test_with_the_store_down_the_last_batch_score_stands_in_and_its_age_is_named(tmp_path: Path) -> None:
    store = customer()
    store.down = True
    catalogue = small_snapshot(tmp_path / "s", churn={"c": 0.8, "d": 0.1})
    with plain_desk(champions=MODEL, store=store, catalogue=catalogue) as desk:
        known, unknown = asked(desk), asked(desk, "nobody")
    assert (known["risk"], known["band"], known["mode"]) == (0.8, "high", "store_down")
    assert known["reasons"][-1] == "the last batch score, 40 s old"
    assert (unknown["risk"], unknown["action"]) == (None, "none")


def test_a_customer_the_store_knows_nothing_of_gets_no_guess(tmp_path: Path) -> None:
    catalogue = small_snapshot(tmp_path / "s", churn={"old": 0.8})
    with plain_desk(champions=MODEL, store=customer(refunds_30d=1), catalogue=catalogue) as desk:
        old, nobody = asked(desk, "old"), asked(desk, "nobody")
    assert (old["risk"], old["mode"], old["reasons"]) == (0.8, "normal", ["the last batch score, 40 s old"])
    assert (nobody["risk"], nobody["band"], nobody["action"]) == (None, "low", "none")


def test_the_exports_thresholds_set_the_bands() -> None:
    model = {
        "churn": champion("churn", LinearRisk(), ("customer__refunds_30d",), thresholds={"medium": 0.7, "high": 0.8})
    }
    with plain_desk(champions=model, store=customer(refunds_30d=6)) as desk:
        assert asked(desk)["band"] == "low"


@pytest.mark.parametrize(("days", "band"), [(5, "low"), (30, "medium"), (80, "high")])
def test_without_a_model_the_days_of_quiet_decide(tmp_path: Path, days: int, band: str) -> None:
    with plain_desk(store=customer(seconds_since_order=days * DAY)) as desk:
        answer = asked(desk)
    assert (answer["band"], answer["mode"]) == (band, "not_trained")
    assert answer["reasons"] == ["not trained: no churn in this log", f"{days} days since the last order"]
