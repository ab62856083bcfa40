import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.apps.api.apis import api_in
from tests.unit.decisions.desks import PlainOutbox
from tests.unit.decisions.small_shelf import MADE_AT_US, PlainStore, small_snapshot, stocked

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.spool import SpoolUnavailable
from tillstream.apps.api import examples


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with api_in(tmp_path_factory.mktemp("api")) as client:
        yield client


class FullDisk(PlainOutbox):
    def put(self, topic: str, record: NewRecord, *, id: str, alias: str | None = None) -> "Future[None]":
        failed: Future[None] = Future()
        failed.set_exception(SpoolUnavailable("the disk is full"))
        return failed

    def get(self, *, id: str | None = None, alias: str | None = None) -> bytes | None:
        raise sqlite3.OperationalError("disk I/O error")


def click(event_id: str, **more: Any) -> dict[str, Any]:
    event = {"event_id": event_id, "occurred_at": "2026-02-02T02:00:00Z", "visitor_id": "v-1", "kind": "viewed"}
    return {"topic": "clicks.v1", "event": event | more}


def ndjson(*lines: Any) -> bytes:
    return b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)


def test_products_come_in_pages_with_the_categories_counted(api: httpx.Client) -> None:
    found = api.get("/v1/products", params={"category": "shoes", "limit": 3, "offset": 1}).json()
    assert [one["product_id"] for one in found["items"]] == ["shoes-1", "shoes-2", "shoes-3"]
    assert found["total"] == 10
    assert {"name": "toys", "count": 10} in found["categories"]
    assert api.get("/v1/products").json()["total"] == 120


def test_a_product_is_shown_by_its_id_and_an_unknown_one_is_a_problem(api: httpx.Client) -> None:
    assert api.get("/v1/products/shoes-1").json()["title"] == "Shoes No 1"
    answer = api.get("/v1/products/none")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["type"] == "urn:tillstream:problem:unknown-product"


@pytest.mark.parametrize(
    ("query", "first", "total"),
    [("headphone", "headphones", 10), ("zenith lamp", "lamps", 5), ('shoes" OR (-', "shoes", 10), ("!!", None, 0)],
)
def test_search_finds_by_beginnings_stems_and_brands_and_no_query_breaks_it(
    api: httpx.Client, query: str, first: str | None, total: int
) -> None:
    found = api.get("/v1/search", params={"q": query, "limit": 5}).json()
    assert found["total"] == total
    assert {item["category"] for item in found["items"]} == ({first} if first else set())


@pytest.mark.parametrize("name", ["recommendations", "fraud", "churn"])
def test_the_example_of_each_decision_is_answered_and_its_record_shown(api: httpx.Client, name: str) -> None:
    answer = api.post(f"/v1/{name}", json=examples.REQUESTS[name])
    assert answer.status_code == 200
    shown = api.get(f"/v1/decisions/{answer.json()['decision_id']}").json()
    assert shown["record"]["answer"] == answer.json()
    assert set(answer.json()) == set(examples.ANSWERS[name])


def test_a_price_is_answered_for_a_product_of_the_catalogue(api: httpx.Client) -> None:
    answer = api.post("/v1/price", json={"visitor_id": "v", "product_id": "shoes-1"}).json()
    assert (answer["price_cents"], answer["list_price_cents"], answer["mode"]) == (2000, 2000, "not_trained")
    assert api.post("/v1/price", json={"visitor_id": "v", "product_id": "none"}).status_code == 404


def test_an_unknown_decision_names_the_command_that_looks_further(api: httpx.Client) -> None:
    answer = api.get("/v1/decisions/d123")
    assert answer.status_code == 404
    assert "tillstream decisions show d123" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "truncated"),
        (b'{"visitor_id": 3}', "visitor_id"),
        (b'{"visitor_id":"v","k":0}', "k"),
        (b'{"visitor_id":"v","x":1}', "x"),
    ],
)
def test_a_body_that_breaks_a_rule_is_422_and_says_where(api: httpx.Client, body: bytes, word: str) -> None:
    answer = api.post("/v1/recommendations", content=body)
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


def test_a_broken_line_spoils_only_itself(api: httpx.Client) -> None:
    lines = ndjson(click("e-1"), b"{broken", click("e-2"), {"topic": "nope.v1", "event": {}})
    answer = api.post("/v1/events", content=lines, headers={"content-type": "application/x-ndjson"})
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [one["line"] for one in answer.json()["rejected"]] == [2, 4]


def test_events_are_refused_whole_only_when_none_is_good_or_they_are_too_large(api: httpx.Client) -> None:
    assert api.post("/v1/events", json=click("e-3")).status_code == 202
    assert api.post("/v1/events", json=click("e-4", kind="flew")).status_code == 422
    assert api.post("/v1/events", content=b"").status_code == 422
    assert api.post("/v1/events", content=b"x" * 20_000).status_code == 413
    assert api.post("/v1/events", content=iter([b"x" * 9_000] * 2)).status_code == 413
    assert api.post("/v1/events", content=b"a,b", headers={"content-type": "text/csv"}).status_code == 415


def test_a_visitors_features_are_shown_with_the_writers_position(tmp_path: Path) -> None:
    store = PlainStore({"visitor": {"v-1": {"visitor__clicks_30m": 4}}})
    with api_in(tmp_path, store=store) as api:
        shown = api.get("/v1/visitors/v-1/features").json()
        store.down = True
        blind = api.get("/v1/visitors/v-1/features").json()
    assert (shown["features"], shown["position"], shown["mode"]) == ({"visitor__clicks_30m": 4}, "p0:7", "normal")
    assert (blind["features"], blind["mode"]) == ({}, "store_down")


def test_a_record_that_cannot_be_written_is_the_one_error_and_is_counted(tmp_path: Path) -> None:
    with api_in(tmp_path, outbox=FullDisk()) as api:
        answer = api.post("/v1/recommendations", json={"visitor_id": "v"})
        unread = api.post("/v1/fraud", json=examples.REQUESTS["fraud"])
        metrics = api.get("/metrics").text
    assert unread.status_code == 503
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "the disk is full" in answer.json()["detail"]
    assert "tillstream_serving_record_failures_total 2.0" in metrics


def test_metrics_count_by_route_and_mode_and_name_nobody(api: httpx.Client) -> None:
    api.post("/v1/recommendations", json={"visitor_id": "somebody"})
    text = api.get("/metrics").text
    assert 'tillstream_serving_request_seconds_count{route="/v1/recommendations",status="200"}' in text
    assert "tillstream_serving_decisions_total{arm=" in text
    assert "somebody" not in text


def test_the_page_is_served_from_its_folder_and_its_absence_is_one_sentence(tmp_path: Path) -> None:
    with api_in(tmp_path) as api:
        assert "make storefront" in api.get("/").text
        (tmp_path / "page" / "assets").mkdir(parents=True)
        (tmp_path / "page" / "index.html").write_text("the shop")
        (tmp_path / "page" / "assets" / "app.js").write_text("1")
        (tmp_path / "secret.txt").write_text("no")
        assert api.get("/").text == api.get("/product/shoes-1").text == "the shop"
        assert "immutable" in api.get("/assets/app.js").headers["cache-control"]
        assert api.get("/..%2fsecret.txt").status_code == 404
        assert api.get("/missing.js").status_code == 404
        assert api.get("/v1/nothing").json()["status"] == 404


def test_before_the_first_snapshot_it_is_ready_but_says_what_to_run(tmp_path: Path) -> None:
    with api_in(tmp_path, with_snapshot=False) as api:
        assert api.get("/readyz").json()["snapshot"] is None
        answer = api.get("/v1/products")
        assert answer.status_code == 503
        assert "tillstream decisions snapshot" in answer.json()["detail"]


def test_a_snapshot_without_products_is_one(tmp_path: Path) -> None:
    small_snapshot(tmp_path / "snapshot", [])
    with api_in(tmp_path, with_snapshot=False) as api:
        ready = api.get("/readyz").json()
        assert ready["snapshot"] is not None
        assert ready["snapshot_age_seconds"] is not None
        assert api.get("/v1/products").json()["total"] == 0
        assert api.post("/v1/fraud", json={"payment_id": "p", "amount_cents": 5, "currency": "EUR"}).status_code == 200


def test_a_newer_snapshot_is_swapped_in_while_serving(tmp_path: Path) -> None:
    with api_in(tmp_path) as api:
        assert api.get("/v1/products").json()["total"] == 120
        small_snapshot(tmp_path / "snapshot", [stocked("toys", 1)], made_at_us=MADE_AT_US + 1)
        until = time.monotonic() + 5
        while api.get("/v1/products").json()["total"] != 1:
            assert time.monotonic() < until
            time.sleep(0.01)
