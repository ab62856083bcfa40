"""How a service says that it is ready: each question goes to the service itself, not to its port."""

import http.client
import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

ANSWER_SECONDS = 0.5
"""What one question may take; the supervisor asks its services one after the other."""


class Readiness(Protocol):
    """A question to a service."""

    def lacks(self, started_at: float) -> str | None:
        """None when it is ready, else what it said; `started_at` is the start of its process in Unix seconds."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Valkey or Redis answers PONG; while it loads its file it does not."""

    host: str
    port: int

    def lacks(self, started_at: float) -> str | None:  # noqa: ARG002  a store has no start of ours to compare
        """Asks over a fresh connection."""
        try:
            with socket.create_connection((self.host, self.port), timeout=ANSWER_SECONDS) as line:
                line.sendall(b"PING\r\n")
                said = line.recv(200)
        except OSError as error:
            return f"{self.host}:{self.port} {error.strerror or error}"
        return None if said.startswith(b"+PONG") else said.decode(errors="replace").strip() or "closed the line"


@dataclass(frozen=True, slots=True)
class Page:
    """An HTTP route answers 200."""

    url: str

    def lacks(self, started_at: float) -> str | None:  # noqa: ARG002  as above
        """Asks once, without following anything."""
        place = urlsplit(self.url)
        line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWER_SECONDS)
        try:
            line.request("GET", place.path)
            answer = line.getresponse()
            said = answer.read(300).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return f"{self.url}: {error}"
        finally:
            line.close()
        return None if answer.status == 200 else f"{self.url}: {answer.status} {said}"


@dataclass(frozen=True, slots=True)
class Beats:
    """A worker's heartbeat is younger than its process and than `stale_seconds`."""

    path: Path
    stale_seconds: float = 30.0

    def lacks(self, started_at: float) -> str | None:
        """Reads the file the worker writes after each poll."""
        try:
            at = float(json.loads(self.path.read_bytes())["at"])
        except FileNotFoundError:
            return "has not polled yet"
        except (ValueError, KeyError, TypeError) as error:
            return f"{self.path.name}: {error!r}"
        if at < started_at:
            return "has not polled since it was started"
        silent = time.time() - at
        return None if silent <= self.stale_seconds else f"silent for {silent:.0f} s"
