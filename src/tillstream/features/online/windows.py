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
    places: Longs
    """The sections that are read."""
    after: Longs
    """The place after each."""
    lines: Longs
    ended: Longs
    """The windows that ended some time ago."""
    edge_sections: Longs
    """Of each edge the section: where each window begins, then where those that ended do end."""
    edge_step_us: Longs
    edge_ago_us: Longs

    def at(self, packed: PackedRows, at_us: int) -> "Spans":
        """Where their tiles lie when they are asked at that instant; the bounds are those of schema.bounds_us."""
        begins, counts = packed.sections(self.places, self.after, self.lines)
        of, steps = self.edge_sections, (at_us - self.edge_ago_us) // self.edge_step_us
        # All edges are looked for at once: what a read does to arrays costs by the number of times, not by their size.
        begins, counts = begins.take(of, axis=0), counts.take(of, axis=0)
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
    sections = {(window.place, window.lines): None for window in each}
    section_of = [list(sections).index((window.place, window.lines)) for window in each]
    ended = [number for number, window in enumerate(each) if window.ago_us]
    return Windows(
        each,
        _longs(place for place, _ in sections),
        _longs(place + 1 for place, _ in sections),
        _longs(lines for _, lines in sections).reshape(-1, 1),
        _longs(ended),
        _longs([*section_of, *(section_of[number] for number in ended)]),
        _longs([*(window.step_us for window in each), *(each[number].step_us for number in ended)]),
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
