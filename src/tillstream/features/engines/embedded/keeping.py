"""A thread that keeps the store up with feature_updates.v1, whatever engine sends."""

import threading
from contextlib import suppress
from typing import Final, Protocol

from tillstream.core.errors import StoreUnavailable
from tillstream.core.telemetry import logger

_PATIENCE_SECONDS: Final = 0.02
_REST_SECONDS: Final = 0.5
_TELL_SECONDS: Final = 0.5

log_line = logger("features.worker")


class Writer(Protocol):
    """What brings the store up to date."""

    def apply(self) -> "Applied":
        """Applies the next records; raises StoreUnavailable."""

    def tell_counted(self, until_us: int) -> None:
        """Tells readers that all received before is in the rows; raises StoreUnavailable."""


class Applied(Protocol):
    """What one call did."""

    @property
    def records(self) -> int:
        """Records applied; 0 when there was nothing to do."""

    @property
    def unknown(self) -> int:
        """Records of tiles of definitions that are not in force."""

    @property
    def unreadable(self) -> str | None:
        """The outcome's name when a row could not be read, so that the store is filled anew."""

    @property
    def is_level(self) -> bool:
        """Whether the store now holds all that lay in the topic when the call began."""


class Counts(Protocol):
    """Where it counts what went wrong."""

    unknown: int
    """Records of tiles of other definitions."""

    def failed(self, outcome: str) -> None:
        """Counts a time that the store could not be brought up to date."""


class StoreKeeper:
    """Applies what engines sent; while the store is away the log keeps it."""

    def __init__(self, writer: Writer, counts: Counts) -> None:
        self._writer, self._counts = writer, counts
        self._wrote = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_up, name="online-writer", daemon=True)
        self.counted_until_us = 0
        """All received before is counted and sent; told to readers once the store has it."""

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def wake(self) -> None:
        """Something was sent."""
        self._wrote.set()

    def end(self, *, when_level: bool = False) -> None:
        """Ends after what is being written; `when_level` with all that was sent, unless the store is away."""
        self._ended.set()
        self._wrote.set()
        self._thread.join(timeout=5.0)
        if when_level and not self._thread.is_alive():
            with suppress(StoreUnavailable):
                while self._writer.apply().records:
                    pass

    def _keep_up(self) -> None:
        was_away = False
        told_us = 0
        while not self._ended.is_set():
            # Read before the rows are written: what is told must already be in them.
            counted_us = self.counted_until_us
            try:
                applied = self._writer.apply()
                if applied.is_level and counted_us - told_us >= _TELL_SECONDS * 1e6:
                    self._writer.tell_counted(counted_us)
                    told_us = counted_us
            except StoreUnavailable as error:
                self._counts.failed(error.outcome)
                if not was_away:
                    log_line.warning("store_away", why=str(error))
                was_away = True
                self._ended.wait(_REST_SECONDS)
                continue
            if was_away:
                log_line.info("store_back")
                was_away = False
            self._counts.unknown += applied.unknown
            if applied.unreadable:
                self._counts.failed(applied.unreadable)
                log_line.error("store_rows_unreadable", outcome=applied.unreadable)
            if not applied.records:
                self._wrote.wait(_PATIENCE_SECONDS)
                self._wrote.clear()
