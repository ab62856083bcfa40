"""Sums over trailing windows by key, straight from columns of events."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trail:
    """Events in order of key and time, so that a window is a difference of two running sums."""

    order: Longs
    """Where each sorted event stands among the events as they came."""
    key_start: Longs
    """Where the key of each sorted event begins."""
    at: Longs
    clock: Longs
    """Key and time in one ascending number."""
    width: int

    @classmethod
    def of(cls, keys: NDArray[Any], at_seconds: Longs) -> "Trail":
        """A trail of events; `at_seconds` must be zero or more."""
        _, codes = np.unique(keys, return_inverse=True)
        width = int(at_seconds.max(initial=0)) + 1
        clock = codes * np.int64(width) + at_seconds
        order = np.argsort(clock, kind="stable").astype(np.int64)
        sorted_codes = codes[order]
        return cls(order, np.searchsorted(sorted_codes, sorted_codes), at_seconds[order], clock[order], width)

    def sums(self, values: Doubles, window_seconds: int, delay_seconds: int = 0) -> Doubles:
        """For each event the sum of `values` of its key over (t - delay - window, t - delay]."""
        running = np.concatenate(([0.0], np.cumsum(values[self.order])))
        return self._between(running, window_seconds, delay_seconds)

    def counts(self, window_seconds: int, delay_seconds: int = 0) -> Doubles:
        """For each event how many of its key lie in (t - delay - window, t - delay]."""
        return self._between(np.arange(len(self.order) + 1, dtype=float), window_seconds, delay_seconds)

    def _between(self, running: Doubles, window_seconds: int, delay_seconds: int) -> Doubles:
        upper = self._until(delay_seconds)
        lower = self._until(delay_seconds + window_seconds)
        out = np.empty(len(self.order))
        out[self.order] = running[upper] - running[lower]
        return out

    def _until(self, ago_seconds: int) -> Longs:
        """For each sorted event, where the events of its key later than that long ago begin."""
        back = np.minimum(ago_seconds, self.at + 1)  # never into the key before
        place = np.searchsorted(self.clock, self.clock - back, side="right")
        return np.maximum(place, self.key_start)
