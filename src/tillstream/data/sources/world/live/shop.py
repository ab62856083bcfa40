"""The shop's API as a visitor's browser uses it: questions now, events in order through an outbox."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx

from tillstream.core.contracts.event import Event
from tillstream.core.errors import TillstreamError, Transient
from tillstream.data.sources.world.live.counts import Counts

_ASKS_AT_MOST: Final = 5
_LONGEST_WAIT_SECONDS: Final = 2.0
_LOT_EVENTS: Final = 500
_WAITING_EVENTS: Final = 50_000
"""More than this many unsent events hold the visitors back."""


class ShopDown(TillstreamError, Transient):
    """The API did not answer a question, several times over."""


class Shop:
    """Asks and tells over one HTTP client; every retry is counted and waits twice as long, up to 2 s."""

    def __init__(self, client: httpx.AsyncClient, counts: Counts, *, first_wait_seconds: float = 0.2) -> None:
        self._client, self._counts, self._first_wait_seconds = client, counts, first_wait_seconds
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(_WAITING_EVENTS)

    async def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer; None where the shop refuses the question; raises ShopDown after five tries."""
        sent = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        return await self._answered(path, lambda: self._post(path, sent, "application/json"))

    async def search(self, query: str, limit: int) -> dict[str, Any] | None:
        """What the shop finds, asked as in `ask`."""
        path, params = "/v1/search", {"q": query, "limit": str(limit)}
        return await self._answered(path, lambda: self._tried(self._client.get(path, params=params)))

    async def _answered(
        self, path: str, request: Callable[[], Awaitable[httpx.Response | None]]
    ) -> dict[str, Any] | None:
        for attempt in range(_ASKS_AT_MOST):
            response = await request()
            if response is not None and response.status_code < 500:
                self._counts.asked += 1
                if response.is_success:
                    answer: dict[str, Any] = response.json()
                    return answer
                self._counts.refused += 1
                return None
            self._counts.retries += 1
            await asyncio.sleep(self._wait_seconds(attempt))
        raise ShopDown(f"{path} did not answer {_ASKS_AT_MOST} times; is `tillstream serve` running?")

    async def tell(self, topic: str, event: Event) -> None:
        """Puts an event into the outbox; waits while that is full."""
        await self._outbox.put(b'{"topic":"%b","event":%b}' % (topic.encode(), event.encode()))

    async def send_events(self) -> None:
        """Sends what is in the outbox, in order, for ever; a lot stays until the shop has taken it."""
        while True:
            lot = [await self._outbox.get()]
            while len(lot) < _LOT_EVENTS and not self._outbox.empty():
                lot.append(self._outbox.get_nowait())
            attempt = 0
            while not await self._sent(lot):
                self._counts.retries += 1
                await asyncio.sleep(self._wait_seconds(attempt))
                attempt += 1
            for _ in lot:
                self._outbox.task_done()

    async def empty_outbox(self, timeout_seconds: float) -> None:
        """Waits until all events are sent, at most so long; what is left is counted as unsent."""
        try:
            await asyncio.wait_for(self._outbox.join(), timeout_seconds)
        except TimeoutError:
            self._counts.unsent += self._outbox.qsize()

    async def _sent(self, lot: list[bytes]) -> bool:
        response = await self._post("/v1/events", b"\n".join(lot), "application/x-ndjson")
        if response is None or response.status_code >= 500 or response.status_code == 429:
            return False
        if response.status_code == 202:
            told = response.json()
            self._counts.sent += told["accepted"]
            self._counts.rejected += len(told["rejected"])
        else:
            self._counts.rejected += len(lot)
        return True

    async def _post(self, path: str, content: bytes, kind: str) -> httpx.Response | None:
        return await self._tried(self._client.post(path, content=content, headers={"content-type": kind}))

    @staticmethod
    async def _tried(request: Awaitable[httpx.Response]) -> httpx.Response | None:
        """The response, or None when there is none."""
        try:
            return await request
        except httpx.TransportError:
            return None

    def _wait_seconds(self, attempt: int) -> float:
        return min(self._first_wait_seconds * 2.0**attempt, _LONGEST_WAIT_SECONDS)
