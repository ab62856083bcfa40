"""The states of a keyed job's open keys, and when each is due."""

import heapq
from collections.abc import Iterable, Mapping
from typing import Generic

from tillstream.core.contracts import Event
from tillstream.data.streaming.embedded.keyed_job import Item, KeyedJob, State


class OpenKeys(Generic[Item, State]):
    """In memory, whole; `changed` are the keys to be written, `grown` those with items nothing was said of yet."""

    def __init__(self, job: KeyedJob[Item, State], kept: Mapping[str, bytes], watermark_ms: int) -> None:
        self._job = job
        self._states: dict[str, State] = {}
        self._due: dict[str, int] = {}
        self._queue: list[tuple[int, str]] = []
        self.changed: set[str] = set()
        for key, state in kept.items():
            self._put(key, job.decode(state), watermark_ms)
        self.changed.clear()
        self.grown = set(self._states)

    def __len__(self) -> int:
        return len(self._states)

    def add(self, items: Mapping[str, list[Item]], watermark_ms: int) -> set[str]:
        """Adds items to their keys; gives the `event_id` of those that came too late."""
        late: set[str] = set()
        for key, mine in items.items():
            state, too_late = self._job.add(self._states.get(key), mine, watermark_ms)
            late.update(too_late)
            self._put(key, state, watermark_ms)
        self.grown.update(items)
        return late

    def settle_due(self, watermark_ms: int) -> list[tuple[Event, int]]:
        """Settles the keys that are due at this watermark; gives the records."""
        due = set()
        while self._queue and self._queue[0][0] <= watermark_ms:
            at_ms, key = heapq.heappop(self._queue)
            if self._due.get(key) == at_ms:
                due.add(key)
        return self._settle(due, watermark_ms, partial=False)

    def settle_grown(self, watermark_ms: int) -> list[tuple[Event, int]]:
        """Settles the keys that grew, though they are open; gives the records."""
        said = self._settle(self.grown, watermark_ms, partial=True)
        self.grown = set()
        return said

    def take_changed(self) -> tuple[list[tuple[str, bytes]], list[str]]:
        """The changed states, encoded, and the keys that are gone; they then count as written."""
        kept = [(key, self._job.encode(self._states[key])) for key in self.changed if key in self._states]
        gone = [key for key in self.changed if key not in self._states]
        self.changed = set()
        return kept, gone

    def _settle(self, keys: Iterable[str], watermark_ms: int, *, partial: bool) -> list[tuple[Event, int]]:
        said: list[tuple[Event, int]] = []
        for key in sorted(self._states.keys() & keys):
            state, records = self._job.settle(key, self._states[key], watermark_ms, partial=partial)
            said += records
            self._put(key, state, watermark_ms)
        return said

    def _put(self, key: str, state: State | None, watermark_ms: int) -> None:
        self.changed.add(key)
        if state is None:
            self._states.pop(key, None)
            self._due.pop(key, None)
            return
        self._states[key] = state
        due_ms = self._job.due_ms(key, state, watermark_ms)
        if self._due.get(key) != due_ms:
            self._due[key] = due_ms
            heapq.heappush(self._queue, (due_ms, key))
