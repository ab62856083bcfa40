"""The API as a process, with a store that is killed, stopped and counted."""

import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import valkey
from tests.integration.api.processes import api_process, shelf_in, started, store_in, wait_until
from tests.integration.lake.victims import tillstream

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.cli.serve import serve
from tillstream.apps.wiring.api import build_app
from tillstream.core.contracts import topic_named
from tillstream.core.errors import PortTaken, SettingsError
from tillstream.core.settings import ServingSettings, load_settings

pytestmark = pytest.mark.services
REQUESTS: dict[str, dict[str, Any]] = {
    "recommendations": {"visitor_id": "v-1", "customer_id": "c-1"},
    "price": {"visitor_id": "v-1", "product_id": "shoes-1"},
    "churn": {"customer_id": "c-1"},
    "fraud": {"payment_id": "p-1", "amount_cents": 900, "currency": "EUR", "card_id": "k", "customer_id": "c-1"},
}
THREE_DEADLINES = 0.3


def asked(client: httpx.Client, name: str, number: int = 0) -> tuple[dict[str, Any], float]:
    body = REQUESTS[name] | ({"payment_id": f"p-{number}"} if name == "fraud" else {})
    began = time.perf_counter()
    answer = client.post(f"/v1/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json(), time.perf_counter() - began


def test_every_decision_is_answered_while_the_store_is_stopped_or_dead(tmp_path: Path) -> None:
    shelf_in(tmp_path)
    with store_in(tmp_path) as (store, store_pid), api_process(tmp_path, store) as (client, _):
        wait_until(lambda: "store_down" not in asked(client, "recommendations")[0]["mode"])
        for number, sign in enumerate((signal.SIGSTOP, signal.SIGKILL)):
            os.kill(store_pid, sign)
            for turn in range(5):
                for name in REQUESTS:
                    answer, seconds = asked(client, name, 10 * number + turn + 1)
                    assert answer["mode"].startswith("store_down"), name
                    assert seconds < THREE_DEADLINES
            if sign == signal.SIGSTOP:
                os.kill(store_pid, signal.SIGCONT)
                wait_until(lambda: "store_down" not in asked(client, "recommendations")[0]["mode"])
        told = client.get("/metrics").text
        for outcome in ("fresh", "late", "resting", "down"):
            assert f'tillstream_serving_store_reads_total{{outcome="{outcome}"}}' in told, outcome
        assert 'tillstream_serving_store_rows_missing_total{entity="visitor"}' in told


def test_while_workers_are_stopped_decisions_name_it_and_the_door_takes_events(tmp_path: Path) -> None:
    shelf_in(tmp_path)
    with store_in(tmp_path, 500) as (store, _), api_process(tmp_path, store) as (client, _):
        environment = {"TILLSTREAM_HOME": str(tmp_path), "TILLSTREAM_STORE__PORT": str(store.port)}
        with (
            started(tillstream("features", "work"), environment) as features,
            started(tillstream("lake", "work"), environment) as lake,
        ):
            told = valkey.Valkey(port=store.port)
            wait_until(lambda: told.exists("counted-until"), seconds=30)
            assert "features_stale" not in asked(client, "recommendations")[0]["mode"]
            for pid in (features, lake):
                os.kill(pid, signal.SIGSTOP)
            wait_until(lambda: "features_stale" in asked(client, "recommendations")[0]["mode"], seconds=20)
            for number, name in enumerate(REQUESTS):
                answer, seconds = asked(client, name, 20 + number)
                assert answer["mode"].startswith("features_stale"), name
                assert any("stand still" in reason for reason in answer["reasons"]), name
                assert seconds < THREE_DEADLINES
            event = {"event_id": "e", "occurred_at": "2026-03-02T09:00:00Z", "visitor_id": "v", "kind": "viewed"}
            assert client.post("/v1/events", json={"topic": "clicks.v1", "event": event}).status_code == 202
            os.kill(features, signal.SIGCONT)
            wait_until(lambda: "features_stale" not in asked(client, "recommendations")[0]["mode"], seconds=20)


def test_a_recommendation_costs_two_commands_and_the_others_one(tmp_path: Path) -> None:
    shelf_in(tmp_path)
    with store_in(tmp_path, 500) as (store, _), api_process(tmp_path, store) as (client, _):
        line = valkey.Valkey(port=store.port)

        def commands() -> int:
            stats = line.info("commandstats")
            counted = {name: one["calls"] for name, one in stats.items() if name != "cmdstat_info"}
            return sum(calls for name, calls in counted.items() if "client" not in name and "hello" not in name)

        for number, (name, allowed) in enumerate([("recommendations", 2), ("price", 1), ("churn", 1), ("fraud", 1)]):
            asked(client, name, number)  # connects
            before = commands()
            asked(client, name, 100 + number)
            assert commands() - before == allowed, name


def test_what_a_killed_process_answered_reaches_the_log_through_the_next(tmp_path: Path) -> None:
    shelf_in(tmp_path)
    with store_in(tmp_path, 500) as (store, _):
        with api_process(tmp_path, store) as (client, pid):
            answered = [asked(client, "recommendations")[0]["decision_id"] for _ in range(30)]
            first = asked(client, "fraud")[0]
            os.kill(pid, signal.SIGKILL)
        with api_process(tmp_path, store) as (client, _):
            assert asked(client, "fraud")[0] == first, "a payment is judged once, also by the next process"
            assert client.get(f"/v1/decisions/{answered[0]}").json()["use_case"] == "recommend"
            log = SqliteLog(tmp_path / "log")

            def on_the_log() -> set[str]:
                partitions = range(topic_named("decisions").partitions)
                return {one.key for p in partitions for one in log.read("decisions.v1", p, 0, 1_000)}

            wait_until(lambda: {*answered, first["decision_id"]} <= on_the_log(), seconds=20)
            log.close()


def test_another_address_than_loopback_is_refused_until_there_is_sign_in(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TILLSTREAM_SERVING__HOST"):
        build_app(load_settings(home=tmp_path, serving=ServingSettings(host="0.0.0.0")))  # noqa: S104  the refused one


def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLSTREAM_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortTaken, match="TILLSTREAM_SERVING__PORT"):
        serve(port=taken.getsockname()[1])
