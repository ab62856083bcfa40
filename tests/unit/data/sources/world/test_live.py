import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from tests.unit.data.sources.world.small import SMALL

from tillstream.core.contracts import TOPICS, decode
from tillstream.data.sources.world import World
from tillstream.data.sources.world.live import Counts, LiveSettings, Shop, run_visitors


class TinyShop:
    """The API's four routes over HTTP, in memory: every list starts with the same product, every price is 42.00."""

    def __init__(self, *, down_for: int = 0, action: str = "accept") -> None:
        self.events: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._down_for, self._action = down_for, action

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, answer = self._answer(scope["path"], body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _answer(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if self._down_for:
            self._down_for -= 1
            return 503, {}
        if path == "/v1/events":
            lines = [json.loads(line) for line in body.splitlines()]
            self.events += lines
            return 202, {"accepted": len(lines), "rejected": []}
        if path == "/v1/search":
            return 200, {"items": [{"product_id": "shoes-009"}, {"product_id": "unknown"}]}
        asked = json.loads(body)
        self.asked.append((path, asked))
        decision = f"decision-{len(self.asked)}"
        if path == "/v1/recommendations":
            items = [{"product_id": f"shoes-{n:03d}", "price_cents": 4_200, "propensity": 0.5} for n in range(1, 9)]
            return 200, {"decision_id": decision, "items": items}
        if path == "/v1/price":
            return 200, {"decision_id": decision, "price_cents": 4_200, "list_price_cents": 4_200}
        return 200, {"decision_id": decision, "action": self._action, "risk": 0.1}

    def of(self, topic: str, kind: str | None = None) -> list[dict[str, Any]]:
        events = [line["event"] for line in self.events if line["topic"] == topic]
        return [event for event in events if kind is None or event["kind"] == kind]


@pytest.fixture(scope="module")
def world() -> World:
    world = World(SMALL)
    for _ in world.days():
        pass
    return world


def _live(world: World, shop: TinyShop, seconds: float = 0.7) -> Counts:
    counts = Counts()

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(shop), base_url="http://shop") as client:
            settings = LiveSettings(rate=600, speed=2_000, run="test", for_seconds=seconds)
            clock = iter(range(SMALL.until_us, SMALL.until_us + 10**9, 1_000))
            await run_visitors(
                world,
                Shop(client, counts, first_wait_seconds=0.001),
                counts,
                settings,
                clock_us=lambda: next(clock),
                stopping=lambda: False,
            )

    asyncio.run(run())
    return counts


def test_live_events_obey_their_contracts_and_answer_the_decisions_they_saw(world: World):
    shop = TinyShop()
    counts = _live(world, shop)
    for line in shop.events:
        decode(TOPICS[line["topic"]], json.dumps(line["event"]).encode())
    assert len(shop.events) == counts.sent > 20
    assert counts.rejected == counts.unsent == 0
    assert len({line["event"]["event_id"] for line in shop.events}) == len(shop.events)
    assert shop.of("clicks.v1", "searched")
    answered = {f"decision-{number}": path for number, (path, _) in enumerate(shop.asked, 1)}
    for impression in shop.of("impressions.v1"):
        if impression["surface"] == "search":
            assert impression["product_ids"] == ["shoes-009"]
            continue
        expected = "/v1/price" if impression["surface"] == "price" else "/v1/recommendations"
        assert answered[impression["decision_id"]] == expected
    clicked = [click for click in shop.of("clicks.v1", "viewed") if "decision_id" in click]
    assert clicked
    assert {answered[click["decision_id"]] for click in clicked} == {"/v1/recommendations"}


def test_the_shop_is_asked_about_fraud_before_the_payment_that_names_the_answer(world: World):
    shop = TinyShop(action="decline")
    counts = _live(world, shop)
    asked = {body["payment_id"]: number for number, (path, body) in enumerate(shop.asked, 1) if path == "/v1/fraud"}
    payments = shop.of("payments.v1")
    assert payments
    assert {payment["kind"] for payment in payments} == {"declined"}
    assert all(payment["decision_id"] == f"decision-{asked[payment['payment_id']]}" for payment in payments)
    assert counts.orders == 0


def test_a_shop_that_is_down_for_a_while_loses_no_event(world: World):
    shop = TinyShop(down_for=60)
    counts = _live(world, shop)
    assert counts.retries >= 60
    assert counts.given_up > 0
    assert counts.sent == len(shop.events) > 10
    assert counts.unsent == 0


def test_visitors_stop_at_once_when_told_to(world: World):
    counts, shop = Counts(), TinyShop()

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(shop), base_url="http://shop") as client:
            told = iter([False, False])
            await run_visitors(
                world,
                Shop(client, counts),
                counts,
                LiveSettings(rate=100, speed=0.01, run="test"),
                clock_us=lambda: SMALL.until_us,
                stopping=lambda: next(told, True),
            )

    asyncio.run(asyncio.wait_for(run(), 5))
    assert counts.sent == len(shop.events)


def test_who_left_stays_away(world: World):
    shop = TinyShop()
    _live(world, shop)
    gone = {f"c{n:06d}" for n, day in enumerate(world.loyalty.left_day) if 0 <= day < SMALL.days - 12}
    assert not gone & {line["event"].get("customer_id") for line in shop.events}
