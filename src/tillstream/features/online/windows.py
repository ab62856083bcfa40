"""Which tiles lie in which windows, for all windows and ids at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import ALWAYS_US, Binding
from tillstream.features.online.column import Flags, Longs
from tillstream.features.online.packed import PackedRows, running, spread
from tillstream.features.online.packing import lines_of


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows over sections of whole numbers, an entry a window: of which group, with how many lines, how far back."""

    numbers: Longs
    lines: Longs
    step_us: Longs
    ago_us: Longs
    back_us: Longs
    is_open: Flags
    """Without a tail."""
    ended: Longs
    """The windows that ended some time ago."""
    edges: Longs
    """All windows, for where they begin, then those that ended, for where they end."""

    def at(self, packed: PackedRows, at_us: int) -> "Spans":
        """Where their tiles lie when they are asked at that instant; the bounds are those of schema.bounds_us."""
        begins, counts = packed.sections(self.numbers, self.lines)
        until_us = at_us - self.ago_us
        first = np.where(self.is_open, -ALWAYS_US // self.step_us, (until_us - self.back_us) // self.step_us)
        if not len(self.ended):
            return Spans(begins, counts, _below(packed.numbers, begins, counts, first), counts)
        # Both edges are looked for at once: what a read does to arrays costs by the number of times, not by their size.
        edges, last = self.edges, (until_us // self.step_us)[self.ended]
        below = _below(packed.numbers, begins[edges], counts[edges], np.concatenate((first, last)))
        low, high = below[: len(first)], counts.copy()
        high[self.ended] = np.maximum(low[self.ended], below[len(first) :])
        return Spans(begins, counts, low, high)


@dataclass(frozen=True, slots=True)
class Spans:
    """Of each window and id: where its section begins, how many tiles that has, the first in the window, its end."""

    begins: Longs
    counts: Longs
    low: Longs
    high: Longs


def windows_of(bindings: Sequence[Binding]) -> tuple[Windows, dict[str, int]]:
    """The windows of these features, and each feature's by name; those alike are one."""
    found: dict[tuple[int, int | None, int], Binding] = {}
    for one in bindings:
        found.setdefault(_window(one.number, one.feature), one)
    order = {window: place for place, window in enumerate(found)}
    features = [one.feature for one in found.values()]
    ended = _longs(place for place, feature in enumerate(features) if feature.offset_seconds)
    windows = Windows(
        numbers=_longs(one.number for one in found.values()),
        lines=_longs(lines_of(one.group) for one in found.values()),
        step_us=_longs(one.group.step_us for one in found.values()),
        ago_us=_longs(feature.offset_seconds * 10**6 for feature in features),
        back_us=_longs((feature.window_seconds or 0) * 10**6 for feature in features),
        is_open=np.array([feature.window_seconds is None for feature in features], np.bool_),
        ended=ended,
        edges=np.concatenate((np.arange(len(features)), ended)),
    )
    return windows, {one.feature.name: order[_window(one.number, one.feature)] for one in bindings}


def _window(number: int, feature: Feature) -> tuple[int, int | None, int]:
    return number, feature.window_seconds, feature.offset_seconds


def _longs(numbers: Iterable[int]) -> Longs:
    return np.array(list(numbers), np.int64)


def _below(numbers: Longs, begins: Longs, counts: Longs, steps: Longs) -> Longs:
    """How many tiles of each section are of earlier steps; a base tile's negative step is before all others."""
    sizes = counts.ravel()
    places, ends = spread(begins.ravel(), sizes)
    sums = running(numbers[places] < np.repeat(steps, counts.sum(axis=1)))
    below: Longs = (sums[ends] - sums[ends - sizes]).reshape(counts.shape)
    return below
