"""The process beside the Flink job: takes in what it sent, and keeps the store up with it."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from tillstream.core.disk import DiskFull
from tillstream.core.errors import LogError
from tillstream.core.telemetry import logger
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.keeping import StoreKeeper, Writer
from tillstream.features.engines.embedded.worker import Totals
from tillstream.features.engines.flink.intake import Intake
from tillstream.features.logs import FeatureLogs
from tillstream.features.updates import Offsets

_PATIENCE_SECONDS: Final = 0.02
_REST_SECONDS: Final = 0.5
_ASK_SECONDS: Final = 0.5
_REPORT_SECONDS: Final = 30.0

log_line = logger("features.worker")


class IntakeWorker:
    """Follows Kafka's feature_updates.v1. What is counted it tells by the ends of the source topics, asked before."""

    def __init__(
        self, logs: FeatureLogs, schema: Schema, writer: Writer, *, still_alive: Callable[[], None] = lambda: None
    ) -> None:
        self._logs, self._schema, self._still_alive = logs, schema, still_alive
        self.totals = Totals()
        self._intake, self._store = Intake(logs, schema), StoreKeeper(writer, self.totals)
        self._ends: Offsets = {}
        self._asked_at_us = 0

    def run(self, stopping: Callable[[], bool], *, until_caught_up: bool = False) -> Totals:
        """Follows it until `stopping`, or until all that lay on the log before was counted, taken in and stored."""
        self._store.start()
        reported_at = time.monotonic()
        try:
            while not stopping():
                came = self._guarded()
                if self._all_counted() and until_caught_up and not came:
                    break
                if time.monotonic() - reported_at > _REPORT_SECONDS:
                    reported_at = time.monotonic()
                    log_line.info("features_worked", **asdict(self.totals))
                if not came:
                    time.sleep(_PATIENCE_SECONDS)
        finally:
            self._store.end(when_level=until_caught_up and not stopping())
        return self.totals

    def _guarded(self) -> bool:
        """Whether something came; after an error all that is not in the home's log is read again."""
        self._still_alive()
        try:
            outcome = self._intake.take()
        except (LogError, DiskFull) as error:
            log_line.warning("portions_dropped", why=str(error))
            self.totals.superseded += 1
            self._intake.forget()
            time.sleep(_REST_SECONDS)
            return False
        if outcome is None:
            return False
        self.totals.add(outcome)
        self._store.wake()
        return True

    def _all_counted(self) -> bool:
        """Whether all is counted that the source topics held when they were last asked."""
        now_us = time.time_ns() // 1000
        if now_us - self._asked_at_us > _ASK_SECONDS * 1e6:
            try:
                topics = {topic: self._logs.source.end_offsets(topic) for topic in self._schema.topics}
            except LogError as error:
                log_line.warning("log_away", why=str(error))
                return False
            self._ends = {(topic, partition): end for topic, ends in topics.items() for partition, end in ends.items()}
            self._asked_at_us = now_us
        if any(end > self._intake.live.get(place, 0) for place, end in self._ends.items()):
            return False
        self._store.counted_until_us = self._asked_at_us
        return True
