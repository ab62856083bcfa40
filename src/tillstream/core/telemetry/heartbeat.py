"""A worker's own word that it works: a small file, written after its first poll and then every second."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path


def heartbeat_path(home: Path, service: str) -> Path:
    """Where a service of the stack says that it lives."""
    return home / "stack" / "heartbeats" / f"{service}.json"


class Heartbeat:
    """Writes `{"pid", "at", …facts}` whole or not at all; `beat` may be called as often as one likes."""

    def __init__(self, path: Path, *, every_seconds: float = 1.0) -> None:
        self._path, self._every, self._next = path, every_seconds, 0.0

    def beat(self, **facts: object) -> None:
        """Says so again if the last time was `every_seconds` ago; call it after a poll, also an empty one."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._every
        # A disk too full for a sign of life must not end the life.
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            written = self._path.with_suffix(f".{os.getpid()}")
            written.write_text(json.dumps({"pid": os.getpid(), "at": time.time(), **facts}))
            written.replace(self._path)
