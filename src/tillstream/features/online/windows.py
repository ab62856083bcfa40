"""Which tiles lie in which windows, for all windows and ids at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tillstream.features.definitions.schema import ALWAYS_US, Binding
from tillstream.features.online.column import Longs
from tillstream.features.online.packed import PackedRows, running, spread


class Window(NamedTuple):
    """One window over a section of whole numbers."""

    place: int
    """The section's place in a row."""
    lines: int
    """Of the section."""
    step_us: int
    ago_us: int
    """How long before the read it ended."""
    back_us: int
    """How long it is; ALWAYS_US without a tail."""


@dataclass(frozen=True, slots=True)
class Windows:
    """What is looked for in many rows at once."""

    each: tuple[Window, ...]
    ended: Longs
    """The windows that ended some time ago."""
    places: Longs
    """Of each edge its section's: where each window begins, then where those that ended do end."""
    after: Longs
    """The place after each."""
    lines: Longs
    step_us: Longs
    ago_us: Longs

    def at(self, packed: PackedRows, at_us: int) -> "Spans":
        """Where their tiles lie when they are asked at that instant; the bounds are those of schema.bounds_us."""
        # All edges are looked for at once: what a read does to arrays costs by the number of times, not by their size.
        begins, counts = packed.sections(self.places, self.after, self.lines)
        steps = (at_us - self.ago_us) // self.step_us
        below, all_windows = _below(packed.numbers, begins, counts, steps), len(self.each)
        low, begins, counts = below[:all_windows], begins[:all_windows], counts[:all_windows]
        if not len(self.ended):
            return Spans(begins, counts, low, counts)
        high = counts.copy()
        high[self.ended] = np.maximum(low.take(self.ended, axis=0), below[all_windows:])
        return Spans(begins, counts, low, high)


@dataclass(frozen=True, slots=True)
class Spans:
    """Of each window and id: where its section begins, how many tiles that has, the first in the window, its end."""

    begins: Longs
    counts: Longs
    low: Longs
    high: Longs


def windows_of(bindings: Sequence[Binding], places: Sequence[int]) -> tuple[Windows, dict[str, int]]:
    """The windows of these features, and each feature's by name; those alike are one.

    `places` says where each group's section stands in a row.
    """
    windows: dict[Window, int] = {}
    window_of = {one.feature.name: windows.setdefault(_window(one, places), len(windows)) for one in bindings}
    each = tuple(windows)
    ended = [number for number, window in enumerate(each) if window.ago_us]
    edges = [*each, *(each[number] for number in ended)]
    return Windows(
        each,
        _longs(ended),
        _longs(window.place for window in edges),
        _longs(window.place + 1 for window in edges),
        _longs(window.lines for window in edges).reshape(-1, 1),
        _longs(window.step_us for window in edges),
        _longs([*(window.ago_us + window.back_us for window in each), *(each[number].ago_us for number in ended)]),
    ), window_of


def _window(binding: Binding, places: Sequence[int]) -> Window:
    feature, group = binding.feature, binding.group
    ago_us, back_us = feature.offset_seconds * 10**6, (feature.window_seconds or 0) * 10**6
    return Window(places[binding.number], group.lines, group.step_us, ago_us, back_us or ALWAYS_US)


def _longs(numbers: Iterable[int]) -> Longs:
    return np.array(list(numbers), np.int64)


def _below(numbers: Longs, begins: Longs, counts: Longs, steps: Longs) -> Longs:
    """How many tiles of each section are of earlier steps; a base tile's negative step is before all others."""
    sizes = counts.ravel()
    places, ends = spread(begins.ravel(), sizes)
    sums = running(numbers.take(places) < steps.repeat(counts.sum(axis=1)))
    below: Longs = (sums.take(ends) - sums.take(ends - sizes)).reshape(counts.shape)
    return below
