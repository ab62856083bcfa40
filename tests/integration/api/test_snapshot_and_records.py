"""From the lake to the snapshot, and from an answer to its replay out of the lake."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shop import at, click, new_record, order, product, shop_records
from tests.unit.decisions.desks import desk_in
from typer.testing import CliRunner

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.cli.decisions import app
from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import Settings, load_settings
from tillstream.data.lake import Lake
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.decisions.code import code_digest
from tillstream.decisions.fraud.flow import fraud
from tillstream.decisions.record.find import find_record
from tillstream.decisions.requests import FraudRequest
from tillstream.decisions.snapshot.catalogue import open_current
from tillstream.decisions.snapshot.collect import collect


def work(log: SqliteLog, settings: Settings) -> Lake:
    lake = Lake(settings.lake_path)
    LakeWorker(log, lake, settings.lake).run(lambda: False, until_caught_up=True)
    return lake


@pytest.fixture
def settings(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TILLSTREAM_HOME", str(empty_folder))
    return load_settings()


@pytest.fixture
def log(settings: Settings) -> Iterator[SqliteLog]:
    log = open_log(settings)
    yield log
    log.close()


def test_a_snapshot_holds_the_newest_record_of_what_is_sold_and_how_it_sells(
    log: SqliteLog, settings: Settings
) -> None:
    changed = product("boots", "shoes", 8_800, event_id="p2", occurred_at=at("12:00"))
    gone = product("desk-lamp", "lamps", 3_500, event_id="p3", occurred_at=at("12:00"), active=False)
    for topic, record in [
        *shop_records(),
        ("products.v1", new_record("products.v1", changed)),
        ("products.v1", new_record("products.v1", gone)),
        ("clicks.v1", new_record("clicks.v1", click("e9", at("13:00"), "v-new", product_id="kite", category="toys"))),
        ("orders.v1", new_record("orders.v1", order("o9", at("13:05"), "ann", {"kite": (1, 1_234)}))),
    ]:
        log.append(topic, [record])
    work(log, settings)
    assert CliRunner().invoke(app, ["snapshot"]).exit_code == 0
    shelf = open_current(settings.models_path / "snapshot")
    place, boots = shelf.named("boots") or (0, None)
    assert boots is not None
    assert (boots.price_cents, int(shelf.on_hand[place]), int(shelf.cost_cents[place])) == (8_800, 5, 4_400)
    assert shelf.named("desk-lamp") is None
    kite = (shelf.named("kite") or (0, None))[1]
    assert kite is not None, "a product that only clicks and orders name is made up from them"
    assert (kite.title, kite.category, kite.price_cents) == ("Product kite", "toys", 1_234)
    assert shelf.product_ids(shelf.popular[:1]) == ["boots"]
    assert [shelf.categories[code] for code in shelf.taste_of("ann")] == ["shoes"]
    assert shelf.taste_of("nobody") == []


def test_an_empty_lake_makes_an_empty_snapshot(settings: Settings) -> None:
    found = collect(Lake(settings.lake_path))
    assert (list(found.products), dict(found.tastes)) == ([], {})
    assert CliRunner().invoke(app, ["snapshot", "--json"]).exit_code == 0
    assert len(open_current(settings.models_path / "snapshot")) == 0


def test_a_decision_is_shown_and_replayed_from_spool_and_lake(log: SqliteLog, settings: Settings) -> None:
    with desk_in(settings.home, code=code_digest()) as desk:
        request = FraudRequest(
            payment_id="p-1", amount_cents=99_000, currency="EUR", card_country="DE", ip_country="BR"
        )
        decided = asyncio.run(fraud(desk, request))
    runner = CliRunner()
    shown = runner.invoke(app, ["show", decided.decision_id])
    assert shown.exit_code == 0
    assert "because   the amount, 990.00 EUR, is large for a payment we know little of" in shown.stdout
    in_spool = find_record(settings.spool_path, Lake(settings.lake_path), decided.decision_id)
    lake = work(log, settings)
    shutil.rmtree(settings.spool_path)
    in_lake = find_record(settings.spool_path, lake, decided.decision_id)
    assert json.loads(in_lake)["record"] == json.loads(in_spool)["record"]
    again = runner.invoke(app, ["replay", decided.decision_id])
    assert (again.exit_code, again.stdout.encode().rstrip(b"\n")) == (0, decided.body)
    assert "note:" not in again.stderr


def test_an_unknown_decision_is_one_sentence(settings: Settings) -> None:
    result = CliRunner().invoke(app, ["show", "d0"])
    assert "no decision 'd0' in the spool or in silver.decisions" in str(result.exception)
