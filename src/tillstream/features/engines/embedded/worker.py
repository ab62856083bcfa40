"""The feature worker: follows the log with the live engine, while a thread keeps the store up with its output."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

from tillstream.adapters.log import Log
from tillstream.core.disk import DiskFull
from tillstream.core.errors import Fenced, LogBusy
from tillstream.core.telemetry import logger
from tillstream.features.engines.embedded.counting import Outcome
from tillstream.features.engines.embedded.engine import LiveEngine
from tillstream.features.engines.embedded.keeping import StoreKeeper, Writer
from tillstream.features.errors import Superseded

GROUP: Final = "features"
_PATIENCE_SECONDS: Final = 0.02
_REST_SECONDS: Final = 0.5
_REPORT_SECONDS: Final = 30.0

log_line = logger("features.worker")


@dataclass(slots=True)
class Totals(Outcome):
    """What a worker has done since it started."""

    batches: int = 0
    superseded: int = 0
    unknown: int = 0
    """Records of tiles of other definitions, which the store's writer leaves out."""
    store: dict[str, int] = field(default_factory=dict)
    """Times that the store could not be brought up to date, by the outcome's name."""

    def add(self, outcome: Outcome) -> None:
        """Adds a batch."""
        self.batches += 1
        for name, value in asdict(outcome).items():
            setattr(self, name, value if name == "released_until_us" else getattr(self, name) + value)

    def failed(self, outcome: str) -> None:
        """Counts a time that the store could not be brought up to date."""
        self.store[outcome] = self.store.get(outcome, 0) + 1


class FeatureWorker:
    """Reads small batches as they come, and large ones when it is behind.

    What had closed by the log's end before it was read is released unread and left to batch, where that is more than
    one reading and longer than the lateness: a history of weeks costs the reading alone. `still_alive` is called after
    each poll.
    """

    def __init__(
        self,
        log: Log,
        engine: LiveEngine,
        writer: Writer,
        *,
        poll_rows: int,
        backlog_rows: int = 20_000,
        still_alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.totals = Totals()
        self._log, self._engine, self._store = log, engine, StoreKeeper(writer, self.totals)
        self._poll_rows, self._backlog_rows, self._still_alive = poll_rows, backlog_rows, still_alive
        self._consumer = log.consumer(GROUP, engine.topics)
        self._generation = -1
        self._next: dict[tuple[str, int], int] = {}

    def run(self, stopping: Callable[[], bool], *, until_caught_up: bool = False) -> Totals:
        """Follows the log until `stopping`, or until all of it is counted, sent and in the store."""
        self._store.start()
        reported_at = time.monotonic()
        try:
            while not stopping():
                read = self._guarded()
                if until_caught_up and read == 0 and not any(self._log.lag(GROUP).values()):
                    break
                if time.monotonic() - reported_at > _REPORT_SECONDS:
                    reported_at = time.monotonic()
                    log_line.info("features_worked", **asdict(self.totals))
        finally:
            self._store.end(when_level=until_caught_up and not stopping())
            self._consumer.close()
        return self.totals

    def _guarded(self) -> int:
        """One poll; after a lost race or lease everything is read from the kept offsets again. -1 then."""
        try:
            return self._follow()
        except (Superseded, Fenced, LogBusy, DiskFull) as error:
            log_line.warning("batch_dropped", why=str(error))
            self.totals.superseded += 1
            self._generation = -1
            time.sleep(_REST_SECONDS if isinstance(error, DiskFull) else _PATIENCE_SECONDS)
            self._still_alive()
            return -1

    def _follow(self) -> int:
        level_us = self._consumer.polled_until_us
        records = self._consumer.poll(self._poll_rows, _PATIENCE_SECONDS)
        self._still_alive()
        if self._consumer.generation != self._generation:
            self._begin()
            return -1
        is_behind = len(records) == self._poll_rows
        if is_behind:
            while len(records) < self._backlog_rows and (
                more := self._consumer.poll(self._backlog_rows - len(records), 0.0)
            ):
                if self._consumer.generation != self._generation:
                    self._begin()
                    return -1
                records += more
            is_behind = self._consumer.polled_until_us == level_us
        polled_until_us = self._consumer.polled_until_us
        if not records:
            self._store.counted_until_us = polled_until_us
            return 0
        batch = self._engine.decode(records)
        horizon_us = self._engine.backlog_horizon_us() if is_behind else 0
        self.totals.add(self._engine.apply(batch, read_from=self._next, horizon_us=horizon_us))
        self._next |= batch.following
        if not is_behind:
            self._store.counted_until_us = polled_until_us
        self._store.wake()
        # For lag and retention only: what counts is the offset kept with the tiles.
        self._consumer.commit(batch.following)
        return len(records)

    def _begin(self) -> None:
        """Sets out from the offsets kept with the tiles."""
        self._generation = self._consumer.generation
        self._next = self._engine.offsets()
        for place in self._consumer.assignment:
            self._consumer.seek(place, self._next[place])
