"""The check of the loop against a small shop over HTTP whose list does, or does not, follow the visitor."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tillstream.core.contracts import TOPICS
from tillstream.core.contracts.decoding import decode
from tillstream.core.errors import ServiceError
from tillstream.operations.demo.loop import turn_the_list
from tillstream.operations.demo.shop import Shop

CATEGORIES = ("bags", "lamps", "shoes")
PRODUCTS = [{"product_id": f"{category}-{n}", "category": category} for category in CATEGORIES for n in range(10)]


class SmallShop(BaseHTTPRequestHandler):
    """Shows bags first; lists the category of the views it got, if it `follows`; keeps records, if `honest`."""

    follows, honest = True, True

    def setup(self) -> None:
        super().setup()
        self.viewed: list[str] = []
        self.kept: dict[str, Any] = {}

    protocol_version = "HTTP/1.1"

    def answer(self, document: Any, status: int = 200) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.startswith("/v1/decisions/"):
            return self.answer(self.kept[self.path.rpartition("/")[2]])
        rows = [one for one in PRODUCTS if f"category={one['category']}" in self.path or "category" not in self.path]
        return self.answer({"items": rows[:3], "categories": [{"name": name, "count": 10} for name in CATEGORIES]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/events":
            for line in body.splitlines():
                sent = json.loads(line)
                self.viewed.append(decode(TOPICS[sent["topic"]], json.dumps(sent["event"]).encode()).category)
            return self.answer({"accepted": len(self.viewed), "rejected": []}, 202)
        wanted = self.viewed[-1] if self.viewed and self.follows else "bags"
        items = [one for one in PRODUCTS if one["category"] == wanted][:8]
        kept = items if self.honest else items[::-1]
        self.kept["d1"] = {"record": {"answer": {"items": kept}}}
        return self.answer({"decision_id": "d1", "mode": "normal", "items": items, "reasons": ["because"]})

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def shop(**ways: bool) -> Iterator[Shop]:
    with HTTPServer(("127.0.0.1", 0), type("Shop", (SmallShop,), ways)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        client = Shop(f"http://127.0.0.1:{server.server_port}")
        yield client
        client.close()
        server.shutdown()
        thread.join()


def test_three_views_of_the_least_shown_category_turn_the_list():
    with shop() as client:
        turn = turn_the_list(client)
    assert (turn.category, turn.before, turn.after, turn.reason) == ("lamps", 0, 8, "because")


def test_a_list_that_does_not_follow_is_told():
    with shop(follows=False) as client, pytest.raises(ServiceError, match="still shows 0 of 8"):
        turn_the_list(client, most_seconds=0.1)


def test_a_record_with_other_products_than_the_list_is_told():
    with shop(honest=False) as client, pytest.raises(ServiceError, match="decision d1: the page shows"):
        turn_the_list(client)


def test_an_answer_that_is_no_success_is_told_with_what_it_said():
    with shop() as client, pytest.raises(ServiceError, match=r"GET .*/v1/decisions/d9"):
        client.get("/v1/decisions/d9")
