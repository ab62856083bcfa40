"""A feature's values for many entities, from their tiles: windows are summed here, at the moment of the request."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tillstream.features.definitions.aggregations import (
    Count,
    Decayed,
    Distinct,
    First,
    Last,
    Max,
    Mean,
    Min,
    Recent,
    SecondsSince,
    Sum,
    Top,
    TopValue,
)
from tillstream.features.definitions.decay import SCALE, oldest_age, weights
from tillstream.features.definitions.fields import MILLIONTHS
from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import Binding
from tillstream.features.online.packing import decode_tiles, row_width
from tillstream.features.tiles import NONE_GREATEST, NONE_LEAST, Payload

Cells: TypeAlias = list[Any]
"""One value for each id; None where there is none."""
Longs: TypeAlias = NDArray[np.int64]
Steps: TypeAlias = tuple[int, int]
"""The first step of a window, and the one after its last; a base tile's negative step is before all others."""
_ABSENT: Final = None


class Section:
    """One group's tiles of many entities: an array of their rows, and whose each row is."""

    def __init__(self, group: Group, sections: Sequence[bytes]) -> None:
        width = row_width(group)
        self.group, self.sections = group, sections
        self.count = len(sections)
        self._within: dict[Steps, tuple[Longs, NDArray[np.intp]]] = {}
        if width:
            self.rows = np.frombuffer(b"".join(sections), "<i8").reshape(-1, width)
            self.owner = np.repeat(np.arange(self.count), [len(part) // (8 * width) for part in sections])

    def within(self, steps: Steps) -> tuple[Longs, NDArray[np.intp]]:
        """The rows of these steps, and whose they are."""
        if steps not in self._within:
            kept = (self.rows[:, 0] >= steps[0]) & (self.rows[:, 0] < steps[1])
            self._within[steps] = self.rows[kept], self.owner[kept]
        return self._within[steps]

    def tiles(self, steps: Steps) -> list[list[Payload]]:
        """The payloads of these steps, oldest first, for each entity."""
        decoded = (decode_tiles(self.group, part) for part in self.sections)
        return [[tile for step, tile in of.items() if steps[0] <= step < steps[1]] for of in decoded]


def cells_of(binding: Binding, section: Section, at_us: int) -> Cells:
    """A feature's value for each entity of the section, without defaults."""
    feature, steps = binding.feature, binding.steps(at_us)
    match feature.aggregation:
        case Count():
            return list(_summed(section, binding.columns[0], steps).tolist())
        case Sum():
            return _valued(feature, _summed(section, binding.columns[0], steps).tolist())
        case Mean():
            total, count = (_summed(section, column, steps).tolist() for column in binding.columns)
            return [ratio_of(one, n) for one, n in zip(_valued(feature, total), count, strict=True)]
        case Decayed(half_life):
            return _decayed(binding, half_life, section, at_us)
        case Min() | Max():
            return _valued(feature, _extreme(section, binding.columns[0], steps))
        case Distinct(cap=cap):
            return _distinct(section, steps, cap)
        case Last(of) | First(of):
            return _valued(feature, _end(section, steps, 2 + section.group.fields.index(of)))
        case SecondsSince():
            times = _end(section, steps, 0)
            return [_ABSENT if at is None else max((at_us - at) / 1e6, 0.0) for at in times]
        case Top(k=k):
            return [dict(found[:k]) for found in _ranked(feature, section, steps)]
        case TopValue():
            return [found[0][0] if found else _ABSENT for found in _ranked(feature, section, steps)]
        case Recent(k=k, give=give):
            wanted = 2 if give == "values" else 0
            return [tuple(entry[wanted] for entry in _recent(tiles)[:k]) for tiles in section.tiles(steps)]
    raise AssertionError(binding)


def ratio_of(of: float | None, over: float | None) -> float | None:
    """One over the other as floats, as a column would be divided; None where there is nothing to divide by."""
    return _ABSENT if of is None or not over else float(of) / float(over)


def _valued(feature: Feature, whole: Cells) -> Cells:
    field = feature.field
    if field is None or field.kind != "fraction":
        return whole
    return [_ABSENT if one is None else one / MILLIONTHS for one in whole]


def _summed(section: Section, column: int, steps: Steps) -> Longs:
    rows, owner = section.within(steps)
    total = np.zeros(section.count, np.int64)
    np.add.at(total, owner, rows[:, 1 + column])
    return total


def _decayed(binding: Binding, half_life_seconds: int, section: Section, at_us: int) -> Cells:
    feature, step_us = binding.feature, binding.group.step_us
    table = weights(half_life_seconds, step_us, oldest_age((feature.window_seconds or 0) * 10**6, step_us))
    rows, owner = section.within(binding.steps(at_us))
    ages = np.maximum((at_us - feature.offset_seconds * 10**6) // step_us - rows[:, 0], 0)
    total = np.zeros(section.count, np.int64)
    np.add.at(total, owner, rows[:, 1 + binding.columns[0]] * np.array(table, np.int64)[ages])
    return list((total / SCALE).tolist())


def _extreme(section: Section, column: int, steps: Steps) -> Cells:
    rows, owner = section.within(steps)
    is_least = section.group.columns[column].adds == "min"
    none = NONE_LEAST if is_least else NONE_GREATEST
    found = np.full(section.count, none, np.int64)
    (np.minimum if is_least else np.maximum).at(found, owner, rows[:, 1 + column])
    return [_ABSENT if one == none else one for one in found.tolist()]


def _distinct(section: Section, steps: Steps, cap: int) -> Cells:
    rows, owner = section.within(steps)
    pairs = {(one, hashed) for one, hashed in zip(owner.tolist(), rows[:, 1].tolist(), strict=True)}
    counts = np.zeros(section.count, np.int64)
    np.add.at(counts, np.array([one for one, _ in pairs], np.intp), 1)
    return list(np.minimum(counts, cap).tolist())


def _end(section: Section, steps: Steps, place: int) -> Cells:
    """The entry at that place of the newest event's tile, or of the oldest's."""
    is_last = section.group.kind == "last"
    if section.group.is_text:
        return [tiles[-1 if is_last else 0][place] if tiles else _ABSENT for tiles in section.tiles(steps)]
    rows, owner = section.within(steps)
    found: Cells = [_ABSENT] * section.count
    pairs = list(zip(owner.tolist(), rows[:, 1 + place].tolist(), strict=True))
    for index, value in pairs if is_last else reversed(pairs):
        found[index] = value
    return found


def _ranked(feature: Feature, section: Section, steps: Steps) -> list[list[tuple[str, int]]]:
    return [_most(tiles, None if feature.window_seconds else section.group.limit) for tiles in section.tiles(steps)]


def _most(tiles: Sequence[dict[str, int]], cap: int | None) -> list[tuple[str, int]]:
    total: dict[str, int] = {}
    for counts in tiles:
        for value, count in counts.items():
            total[value] = total.get(value, 0) + count
    if cap is not None and len(total) > cap:
        total = {value: total[value] for value in sorted(total, key=stable_hash)[:cap]}
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


def _recent(tiles: Sequence[list[list[Any]]]) -> list[list[Any]]:
    newest: dict[str, list[Any]] = {}
    for entry in sorted((entry for tile in tiles for entry in tile), reverse=True):
        newest.setdefault(entry[2], entry)
    return list(newest.values())
