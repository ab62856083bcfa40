"""What one round trip brought, turned into values: windows are summed here, at the moment of the request."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tillstream.features.definitions.language import (
    Count,
    Distinct,
    Feature,
    Last,
    Mean,
    Ratio,
    Recent,
    SecondsSince,
    Sum,
    Top,
    TopValue,
)
from tillstream.features.definitions.schema import Binding, Group, Schema
from tillstream.features.online.packing import decode_tiles, row_width, sections_of

Cells: TypeAlias = list[Any]
"""One value for each id; None where there is none."""
_ABSENT: Final = None


class Section:
    """One group's tiles of many entities: an array of their rows, and whose each row is."""

    def __init__(self, group: Group, sections: Sequence[bytes]) -> None:
        width = row_width(group)
        self.group, self.sections = group, sections
        self.count = len(sections)
        if width:
            self.rows = np.frombuffer(b"".join(sections), "<i8").reshape(-1, width)
            self.owner = np.repeat(np.arange(self.count), [len(part) // (8 * width) for part in sections])

    def since(self, step: int) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """The rows of that step and later ones, and whose they are."""
        kept = self.rows[:, 0] >= step
        return self.rows[kept], self.owner[kept]


def cells_of(binding: Binding, section: Section, at_us: int) -> Cells:
    """A feature's value for each entity of the section, without defaults."""
    first = binding.first_step(at_us)
    match binding.feature.aggregation:
        case Count() | Sum():
            return list(_summed(section, binding.columns, first)[0].tolist())
        case Mean():
            sums, counts = _summed(section, binding.columns, first)
            return [
                total / count if count else _ABSENT for total, count in zip(sums.tolist(), counts.tolist(), strict=True)
            ]
        case Distinct(cap=cap):
            rows, owner = section.since(first)
            pairs = set(zip(owner.tolist(), rows[:, 1].tolist(), strict=True))
            counts = (
                np.bincount([pair[0] for pair in pairs], minlength=section.count)
                if pairs
                else np.zeros(section.count, int)
            )
            return list(np.minimum(counts, cap).tolist())
        case Last(of):
            return _newest(section, first, 3 + section.group.fields.index(of))
        case SecondsSince():
            newest = _newest(section, first, 1)
            return [_ABSENT if at is None else max((at_us - at) / 1e6, 0.0) for at in newest]
        case Top(k=k):
            return [dict(_ranked(part, section.group, first)[:k]) for part in section.sections]
        case TopValue():
            ranked = (_ranked(part, section.group, first) for part in section.sections)
            return [found[0][0] if found else _ABSENT for found in ranked]
        case Recent(k=k, give=give):
            wanted = 2 if give == "values" else 0
            return [tuple(e[wanted] for e in _recent(part, section.group, first)[:k]) for part in section.sections]
    raise AssertionError(binding)


def _summed(section: Section, columns: Sequence[int], first: int) -> list[NDArray[np.int64]]:
    rows, owner = section.since(first)
    found = []
    for column in columns:
        total = np.zeros(section.count, np.int64)
        np.add.at(total, owner, rows[:, 1 + column])
        found.append(total)
    return found


def _newest(section: Section, first: int, column: int) -> Cells:
    rows, owner = section.since(first)
    found: Cells = [_ABSENT] * section.count
    for index, value in zip(owner.tolist(), rows[:, column].tolist(), strict=True):
        found[index] = value
    return found


def _ranked(part: bytes, group: Group, first: int) -> list[tuple[str, int]]:
    total: dict[str, int] = {}
    for step, counts in decode_tiles(group, part).items():
        if step >= first:
            for value, count in counts.items():
                total[value] = total.get(value, 0) + count
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


def _recent(part: bytes, group: Group, first: int) -> list[list[Any]]:
    entries = [entry for step, tile in decode_tiles(group, part).items() if step >= first for entry in tile]
    newest: dict[str, list[Any]] = {}
    for entry in sorted(entries, reverse=True):
        newest.setdefault(entry[2], entry)
    return list(newest.values())


class FeatureRows:
    """Values as the store had them at `position`; an id that the store does not know has the defaults."""

    def __init__(
        self,
        schema: Schema,
        features: Sequence[Feature],
        rows: Mapping[str, Mapping[str, bytes | None]],
        *,
        at_us: int,
        position: str,
        counted_until_us: int | None = None,
    ) -> None:
        """`counted_until_us`: all received before is in the rows, as the worker last told; None if none ever did."""
        self._schema, self._rows = schema, rows
        self._features = tuple(feature for feature in features if feature.entity in rows)
        self.at_us, self.position, self.counted_until_us = at_us, position, counted_until_us

    @cached_property
    def values(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Entity to id to feature to value; a missing value is the feature's default."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for entity, rows in self._rows.items():
            names = [feature.name for feature in self._features if feature.entity == entity]
            columns = [self._columns[name] for name in names]
            cells = zip(*columns, strict=True) if columns else ((),) * len(rows)
            found[entity] = {
                one: dict(zip(names, values, strict=True)) for one, values in zip(rows, cells, strict=True)
            }
        return found

    @cached_property
    def defaulted(self) -> tuple[str, ...]:
        """Names of features that took their default for at least one id, because the store knows nothing of it."""
        without = {entity for entity, rows in self._rows.items() if not all(rows.values())}
        return tuple(feature.name for feature in self._features if feature.entity in without)

    def matrix(self, entity: str, ids: Sequence[str], names: Sequence[str]) -> NDArray[np.float32]:
        """One row an id, one column a name; a missing value is NaN. An id may come more than once."""
        places = {one: number for number, one in enumerate(self._rows.get(entity, ()))}
        picked = [places[one] for one in ids]
        out = np.empty((len(ids), len(names)), np.float32)
        for column, name in enumerate(names):
            cells = np.array([np.nan if cell is None else cell for cell in self._columns[name]], np.float64)
            out[:, column] = cells[picked]
        return out

    @cached_property
    def _columns(self) -> dict[str, Cells]:
        """A column for each feature: one cell for each id of its entity, in the order asked."""
        asked = {feature.name: feature for feature in self._features}
        plain = dict(asked)
        for ratio in [f.aggregation for f in asked.values() if isinstance(f.aggregation, Ratio)]:
            plain |= {name: self._schema.features[name] for name in (ratio.of, ratio.over)}
        columns: dict[str, Cells] = {}
        for group_bindings, section in self._sections(
            [f for f in plain.values() if not isinstance(f.aggregation, Ratio)]
        ):
            for binding in group_bindings:
                columns[binding.feature.name] = cells_of(binding, section, self.at_us)
        for name, feature in asked.items():
            if isinstance(feature.aggregation, Ratio):
                pairs = zip(columns[feature.aggregation.of], columns[feature.aggregation.over], strict=True)
                columns[name] = [of / over if over else _ABSENT for of, over in pairs]
        return {name: [asked[name].default if c is None else c for c in columns[name]] for name in asked}

    def _sections(self, features: Sequence[Feature]) -> Iterator[tuple[list[Binding], Section]]:
        for entity, rows in self._rows.items():
            groups = self._schema.groups[entity]
            split = [sections_of(row, self._schema.fingerprints[entity], groups) for row in rows.values()]
            mine: dict[int, list[Binding]] = {}
            for feature in features:
                if feature.entity == entity:
                    binding = self._schema.bindings[feature.name]
                    mine.setdefault(binding.number, []).append(binding)
            for number, bindings in mine.items():
                yield bindings, Section(groups[number], [parts[number] for parts in split])
