"""The API as a shop's page calls it: a few routes over one connection."""

import http.client
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from tillstream.core.errors import ServiceError


class Shop:
    """Calls one API on loopback; any answer but 2xx raises ServiceError with what it said."""

    def __init__(self, url: str, *, timeout_seconds: float = 5.0) -> None:
        place = urlsplit(url)
        self.url = url
        self._line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=timeout_seconds)

    def close(self) -> None:
        """Lets go of the connection."""
        self._line.close()

    def get(self, path: str, **query: object) -> Any:
        """The JSON of a route."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def page(self) -> str:
        """The storefront's first page."""
        return self._bytes("GET", "/", None, {}).decode(errors="replace")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON a route answers to a JSON body."""
        return self._ask("POST", path, json.dumps(body).encode(), "application/json")

    def send(self, topic: str, events: Sequence[Mapping[str, Any]]) -> Any:
        """Events through the door, one a line."""
        lines = b"".join(json.dumps({"topic": topic, "event": event}).encode() + b"\n" for event in events)
        return self._ask("POST", "/v1/events", lines, "application/x-ndjson")

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str | None = None) -> Any:
        return json.loads(self._bytes(method, path, body, {"Content-Type": kind} if kind else {}))

    def _bytes(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        try:
            self._line.request(method, path, body, dict(headers))
            answer = self._line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._line.close()
            raise ServiceError(f"{method} {self.url}{path}: {error}") from error
        if answer.status >= 300:
            raise ServiceError(f"{method} {self.url}{path}: {answer.status} {said[:300].decode(errors='replace')}")
        return said
