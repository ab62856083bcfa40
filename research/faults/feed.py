"""Sends the oracle's events at a steady rate, through the log or through the door, until each was taken."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby, islice

import httpx
from tests.oracle.sending import Sent

from tillstream.adapters.log import RECEIVED_AT, Log, NewRecord
from tillstream.core.errors import Transient

BATCH = 100
REST_SECONDS = 0.1
LONGEST_CATCH_UP_SECONDS = 5.0
"""What a standstill is caught up of at full speed; the rest is sent at the rate."""
Deliver = Callable[[list[Sent]], None]


class Feed(threading.Thread):
    """A producer that does not give up: `sent` grows, `behind` says how many are due and not taken."""

    def __init__(self, events: Iterator[Sent], deliver: Deliver, rate: float) -> None:
        super().__init__(name="feed", daemon=True)
        self._events, self._deliver, self._rate = events, deliver, rate
        self.sent: list[Sent] = []
        self.failed: BaseException | None = None
        self._taken, self._due_at = 0, 0.0
        self._held_at: int | None = None

    def run(self) -> None:
        """Sends all; what went wrong is kept in `failed`."""
        try:
            self._due_at = time.monotonic()
            while batch := list(islice(self._events, BATCH)):
                while self._holds:
                    time.sleep(REST_SECONDS)
                    self._due_at = time.monotonic()
                self.sent += batch
                self._deliver(batch)
                self._taken += len(batch)
                self._due_at = max(self._due_at + len(batch) / self._rate, time.monotonic() - LONGEST_CATCH_UP_SECONDS)
                time.sleep(max(0.0, self._due_at - time.monotonic()))
        except BaseException as error:
            self.failed = error

    @property
    def taken(self) -> int:
        """Records that were durably taken."""
        return self._taken

    @property
    def behind(self) -> int:
        """Records that should have been taken by now."""
        if self._holds or not self.is_alive():
            return 0
        return int(max(0.0, time.monotonic() - self._due_at) * self._rate)

    @property
    def _holds(self) -> bool:
        return self._held_at is not None and self._taken >= self._held_at

    def hold_at(self, count: int | None) -> None:
        """Goes no further than so many until told otherwise: a fault must not outlast the feed."""
        self._held_at = count

    def wait_for(self, count: int) -> None:
        """Until so many were taken, or all."""
        while self._taken < count and self.is_alive():
            time.sleep(0.01)
        if self.failed is not None:
            raise self.failed


def to_log(log: Log, *, with_times: bool) -> Deliver:
    """Topic by topic; what fails for a while is sent again. `with_times` sends history with its own `received_at`."""

    def deliver(batch: list[Sent]) -> None:
        for topic, some in groupby(sorted(batch, key=lambda one: one.topic), key=lambda one: one.topic):
            records = [
                NewRecord(s.key, s.value, {RECEIVED_AT: str(s.received_at_us)} if with_times else {}) for s in some
            ]
            while True:
                try:
                    log.append(topic, records)
                    break
                except Exception as error:
                    if not isinstance(error, Transient):
                        raise
                    time.sleep(REST_SECONDS)

    return deliver


class Door:
    """POST /v1/events, a batch a request, again until all of it is accepted; `answers` counts by status."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=5.0)
        self.answers: Counter[str] = Counter()

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def __call__(self, batch: list[Sent]) -> None:
        """Sends one batch; copies that a broken connection makes fall out by their id."""
        lines = b"\n".join(b'{"topic":%s,"event":%s}' % (json.dumps(s.topic).encode(), s.value) for s in batch)
        headers = {"content-type": "application/x-ndjson"}
        while True:
            try:
                answer = self._client.post("/v1/events", content=lines, headers=headers)
            except httpx.HTTPError as error:
                self.answers[type(error).__name__] += 1
            else:
                self.answers[str(answer.status_code)] += 1
                if answer.status_code == 202:
                    if answer.json()["rejected"]:
                        raise RuntimeError(f"the door refused what is right: {answer.json()['rejected'][0]}")
                    return
                if answer.status_code != 503:
                    raise RuntimeError(f"the door answered {answer.status_code}: {answer.text[:300]}")
            time.sleep(REST_SECONDS)
