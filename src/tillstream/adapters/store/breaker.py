"""A circuit breaker: after failures in a row it answers for the store, and lets one probe through now and then."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row; after `rest_seconds` one caller may probe, and its success closes it.

    Not for several threads: a reader's event loop owns it.
    """

    def __init__(
        self, *, failures: int = 3, rest_seconds: float = 0.5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._rest_seconds, self._clock = failures, rest_seconds, clock
        self._failed = 0
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused but for the probe."""
        return self._failed >= self._most

    def allows(self) -> bool:
        """Whether a call may go out now; when open, true once every `rest_seconds`."""
        if not self.is_open:
            return True
        if self._clock() < self._probe_at:
            return False
        self._probe_at = self._clock() + self._rest_seconds
        return True

    def succeeded(self) -> None:
        """Closes it."""
        self._failed = 0

    def failed(self) -> None:
        """Counts a failure; the one that opens it starts the rest."""
        self._failed += 1
        if self.is_open:
            self._probe_at = self._clock() + self._rest_seconds
