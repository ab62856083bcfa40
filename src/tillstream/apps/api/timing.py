"""Measures each request around everything else, as plain ASGI: a framework middleware costs more than a route."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from tillstream.apps.api.metrics import Metrics

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


class Timing:
    """Observes route template and status; a path without a route counts as `other`."""

    def __init__(self, app: Asgi, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            route = getattr(scope.get("route"), "path", None) or "other"
            self._metrics.requests.labels(route, status).observe(time.perf_counter() - began)
