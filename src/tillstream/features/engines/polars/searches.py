"""Sorted events of many keys in one array, so that a bound for each spine row is one binary search."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Ordered:
    """Events by key, then by one of their times. Keys are codes from 0; positions run over all keys."""

    def __init__(self, codes: Ints, times: Ints) -> None:
        # Ranks instead of times: key and time then share one 64-bit number, whatever their ranges.
        self._instants = np.sort(times)
        self._scale = len(self._instants) + 1
        composite = codes * self._scale + np.searchsorted(self._instants, times)
        self.order = np.argsort(composite, kind="stable")
        self._sorted = composite[self.order]

    def before(self, codes: Ints, bounds: Ints) -> Ints:
        """Position after the key's last event with a time below its bound."""
        return np.searchsorted(self._sorted, codes * self._scale + np.searchsorted(self._instants, bounds, "left"))

    def up_to(self, codes: Ints, bounds: Ints) -> Ints:
        """Position after the key's last event with a time not above its bound."""
        return np.searchsorted(self._sorted, codes * self._scale + np.searchsorted(self._instants, bounds, "right"))

    def starts(self, codes: Ints) -> Ints:
        """Position of the key's first event."""
        return np.searchsorted(self._sorted, codes * self._scale)


def pairs_of(codes: Ints, event_codes: Ints) -> tuple[Ints, Ints]:
    """Every (row, event) of the same key, as two arrays; meant for few events."""
    order = np.argsort(event_codes, kind="stable")
    ordered = event_codes[order]
    first, last = np.searchsorted(ordered, codes, "left"), np.searchsorted(ordered, codes, "right")
    counts = last - first
    rows = np.repeat(np.arange(len(codes)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, order[np.repeat(first, counts) + within]
