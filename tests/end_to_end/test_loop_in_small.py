"""The whole loop in small: events through the API to the log, the lake, live features, a list, its record, and back.

One process and a Valkey that is up in 0.1 s; models untrained, so the plain rules decide.
"""

import asyncio
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow.compute as pc
import pytest
from tests.shop import click, new_record, order, product

from tillstream.adapters.log import Log
from tillstream.apps.wiring.api import build_app
from tillstream.apps.wiring.event_log import open_feature_logs, open_log
from tillstream.apps.wiring.feature_worker import live_engine, online_writer
from tillstream.apps.wiring.serving import load_champion
from tillstream.core.contracts import Event
from tillstream.core.settings import Settings, StoreSettings, load_settings
from tillstream.data.lake import Lake
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.decisions.churn.batch import saved_scores
from tillstream.decisions.code import code_digest
from tillstream.decisions.policy import Policy
from tillstream.decisions.record.entry import decode_entry
from tillstream.decisions.record.find import find_record
from tillstream.decisions.replay import replay
from tillstream.decisions.snapshot.collect import collect
from tillstream.decisions.snapshot.write import write_snapshot
from tillstream.features.engines.embedded import FeatureWorker
from tillstream.operations.demo.loop import count_of, least_shown, view
from tillstream.operations.stack.processes import launch, stop_all
from tillstream.operations.stack.readiness import Ping
from tillstream.operations.stack.valkey import valkey_command

CATEGORIES = ("bags", "chairs", "lamps", "phones", "shirts", "shoes", "toys", "watches", "cameras")
PER_CATEGORY = 10
K = 8


@pytest.fixture
def settings(empty_folder: Path) -> Iterator[Settings]:
    """A home of its own with a Valkey that runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        store = StoreSettings(port=server.getsockname()[1], deadline_ms=500)
    (empty_folder / "store").mkdir()
    valkey = launch(valkey_command(empty_folder, store), subprocess.DEVNULL, {})
    deadline = time.monotonic() + 5
    while Ping(store.host, store.port).lacks(0.0) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield load_settings(home=empty_folder, store=store)
    stop_all([valkey], 2.0)


def history(now: datetime) -> list[tuple[str, Event]]:
    """Thirty visitors over three days: each looks at two products and buys the first; bags and shoes lead."""
    products = [f"{category}-{n}" for category in CATEGORIES for n in range(PER_CATEGORY)]
    start = now - timedelta(days=3)
    events: list[tuple[str, Event]] = [
        ("products.v1", product(name, name.partition("-")[0], 1_000 + 100 * n, occurred_at=start, event_id=name))
        for n, name in enumerate(products)
    ]
    for n in range(150):
        when, visitor = start + timedelta(minutes=25 * n), f"v-{n % 30}"
        liked = products[(n * 7) % len(products) if n % 3 else n % (2 * PER_CATEGORY)]
        category = liked.partition("-")[0]
        events.append(("clicks.v1", click(f"c{n}", when, visitor, product_id=liked, category=category)))
        if n % 3 == 0:
            events.append(("orders.v1", order(f"o{n}", when, f"ann-{n % 30}", {liked: (1, 1_500)})))
    return events


def fill_lake(log: Log, lake: Lake, settings: Settings) -> None:
    LakeWorker(log, lake, settings.lake).run(lambda: False, until_caught_up=True)


def keep_features_live(settings: Settings) -> None:
    """What the feature worker does until nothing is left to read; then the store has it all."""
    logs = open_feature_logs(settings)
    writer = online_writer(logs, settings)
    worker = FeatureWorker(logs.source, live_engine(logs, settings), writer, poll_rows=settings.features.poll_rows)
    worker.run(lambda: False, until_caught_up=True)
    while writer.apply().records:
        pass
    logs.close()


def take_snapshot(settings: Settings, lake: Lake) -> None:
    found = collect(lake)
    write_snapshot(
        settings.models_path / "snapshot",
        made_at_us=time.time_ns() // 1_000,
        products=found.products,
        tastes=found.tastes,
        churn=saved_scores(settings.models_path),
    )


async def recommended(client: httpx.AsyncClient, visitor_id: str) -> Any:
    asked = {"visitor_id": visitor_id, "k": K, "surface": "for_you"}
    answer = await client.post("/v1/recommendations", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def look_around(settings: Settings) -> tuple[Any, str, Any, Any]:
    """The list before, the category looked at, the list after, and the record of that."""
    app = build_app(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        before = await recommended(client, "v-new")
        category = least_shown(before["items"], CATEGORIES)
        looked = [{"product_id": f"{category}-{n}", "category": category} for n in range(3)]
        lines = "\n".join(json.dumps({"topic": "clicks.v1", "event": view("v-new", one)}) for one in looked)
        sent = await client.post("/v1/events", content=lines, headers={"content-type": "application/x-ndjson"})
        assert (sent.status_code, sent.json()["accepted"]) == (202, 3)
        await asyncio.to_thread(keep_features_live, settings)
        after = await recommended(client, "v-new")
        record = (await client.get(f"/v1/decisions/{after['decision_id']}")).json()
    return before, category, after, record


def test_what_a_visitor_does_turns_the_list_and_the_record_comes_back_to_the_lake(settings: Settings):
    log, lake = open_log(settings), Lake(settings.lake_path)
    sent = history(datetime.now(UTC))
    for topic, event in sent:
        log.append(topic, [new_record(topic, event)])
    fill_lake(log, lake, settings)
    keep_features_live(settings)
    take_snapshot(settings, lake)
    before, category, after, record = asyncio.run(look_around(settings))
    assert (before["mode"], after["mode"]) == ("not_trained", "not_trained")
    assert count_of(before["items"], category) <= 1
    assert count_of(after["items"], category) >= 4
    fill_lake(log, lake, settings)
    (row,) = lake.arrow("silver.decisions", where=pc.field("event_id") == after["decision_id"]).to_pylist()
    assert json.loads(row["record"]) == record["record"]
    assert lake.dataset("silver.clicks").count_rows() == 150 + 3
    again = replay(
        decode_entry(find_record(settings.spool_path, lake, after["decision_id"])),
        policy=Policy(),
        code=code_digest(),
        load=lambda use_case, digest: load_champion(settings.models_path, use_case, digest),
    )
    assert again.is_same
    assert json.loads(again.body)["items"] == after["items"]
    log.close()
