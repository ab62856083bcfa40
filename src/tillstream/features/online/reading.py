"""What reading some features takes, worked out once, so that a read does a few things to whole arrays."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tillstream.features.definitions.aggregations import Count, First, Last, Mean, Ratio, SecondsSince, Sum
from tillstream.features.definitions.fields import MILLIONTHS
from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import Binding, Schema, with_parts
from tillstream.features.errors import NotServed
from tillstream.features.online.column import Doubles, Longs
from tillstream.features.online.windows import Windows, windows_of


@dataclass(frozen=True, slots=True)
class Terms:
    """Lines of sections within windows, an entry a term: the window, and which of its section's lines."""

    windows: Longs
    lines: Longs
    """As a column."""


@dataclass(frozen=True, slots=True)
class Quotients:
    """One sum over another, each divided by its scale before: means, and ratios of counts and sums."""

    features: tuple[tuple[str, Any], ...]
    """Names and defaults."""
    defaults: Doubles
    """NaN where the default is None."""
    of: Longs
    of_scale: Doubles
    over: Longs
    over_scale: Doubles
    is_scaled: bool
    """Whether any scale is not 1."""
    has_defaults: bool
    """Whether any default is not None."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A reading in Python's numbers, for a single row."""

    sums: tuple[tuple[int, int], ...]
    """The window of each term, and which of its section's lines."""
    quotients: tuple[tuple[str, Any, int, float, int, float], ...]
    """Name, default, a term and its scale, the term that it is divided by and its scale."""
    ends: tuple[tuple[str, Any, bool, bool, bool, int, int], ...]
    """Name, default, whether it is an age, whether in millionths, whether the newest, its window and line."""


@dataclass(frozen=True)
class Reading:
    """Of one entity kind: what is asked, and how it is computed, parts before what is made of them."""

    names: tuple[str, ...]
    """Of the features asked."""
    numeric: tuple[str, ...]
    windows: Windows
    window_of: dict[str, int]
    terms: Terms
    summed: int
    """How many of them, from the first, are summed; of the others the newest or the oldest tile is asked."""
    added: tuple[tuple[str, int, bool], ...]
    """Counts and sums: the name, the term, whether it is in millionths."""
    quotients: Quotients
    ended: tuple[tuple[str, Any, bool, bool], ...]
    """Newest and oldest, in the order of their terms: name, default, whether it is an age, whether in millionths."""
    is_last: Longs
    """1 where such a term is the newest tile's, 0 where it is the oldest's."""
    others: tuple[Binding, ...]
    untiled: tuple[Feature, ...]

    @cached_property
    def plan(self) -> Plan:
        """The same for a single row."""
        of, terms = self.quotients, _rows(self.terms.windows, self.terms.lines)
        return Plan(
            terms[: self.summed],
            _rows(*_columns(of.features), of.of, of.of_scale, of.over, of.over_scale),
            _rows(*_columns(self.ended), self.is_last.ravel() == 1, *_columns(terms[self.summed :])),
        )


def _columns(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    return zip(*rows, strict=True)


def _rows(*columns: Any) -> tuple[Any, ...]:
    lists = (column.ravel().tolist() if isinstance(column, np.ndarray) else column for column in columns)
    return tuple(zip(*lists, strict=True))


def is_fraction(feature: Feature) -> bool:
    """Whether its whole numbers are millionths."""
    return feature.field is not None and feature.field.kind == "fraction"


def readings_of(schema: Schema, features: Sequence[Feature], entities: Iterable[str]) -> dict[str, Reading]:
    """A reading for each of the entity kinds; raises NotServed for a feature of theirs that only silver has."""
    return {
        entity: _reading(schema, entity, tuple(one for one in features if one.entity == entity)) for entity in entities
    }


def _reading(schema: Schema, entity: str, asked: tuple[Feature, ...]) -> Reading:
    needed = with_parts(asked, schema.features)
    bindings = {name: _binding(schema, feature) for name, feature in needed.items() if feature.is_tiled}
    windows, window_of = windows_of(
        [one for one in bindings.values() if not one.group.is_text], schema.places.get(entity, ())
    )
    sums: dict[tuple[int, int], int] = {}

    def term(binding: Binding, column: int = 0) -> int:
        line = window_of[binding.feature.name], 1 + binding.columns[column]
        return sums.setdefault(line, len(sums))

    added = {name: term(one) for name, one in bindings.items() if isinstance(one.feature.aggregation, Count | Sum)}
    quotients = [(one.feature, term(one), _scale(one.feature), term(one, 1), 1.0)
                 for one in bindings.values() if isinstance(one.feature.aggregation, Mean)]  # fmt: skip
    untiled = []
    for feature in needed.values():
        match feature.aggregation:
            case Ratio(of, over) if of in added and over in added:
                quotients.append((feature, added[of], _scale(needed[of]), added[over], _scale(needed[over])))
            case _ if not feature.is_tiled:
                untiled.append(feature)
    ended = [one for one in bindings.values() if _is_end(one)]
    others = [one for one in bindings.values()
              if not isinstance(one.feature.aggregation, Count | Sum | Mean) and not _is_end(one)]  # fmt: skip
    terms = [*sums, *((window_of[one.feature.name], _end_line(one)) for one in ended)]
    return Reading(
        tuple(feature.name for feature in asked),
        tuple(feature.name for feature in asked if feature.is_numeric),
        windows,
        window_of,
        Terms(
            np.array([window for window, _ in terms], np.int64),
            np.array([line for _, line in terms], np.int64).reshape(-1, 1),
        ),
        len(sums),
        tuple((name, place, is_fraction(needed[name])) for name, place in added.items()),
        Quotients(
            tuple((one[0].name, one[0].default) for one in quotients),
            _or_nan([feature.default for feature, *_ in quotients]),
            np.array([one[1] for one in quotients], np.int64),
            np.array([[one[2]] for one in quotients]).reshape(-1, 1),
            np.array([one[3] for one in quotients], np.int64),
            np.array([[one[4]] for one in quotients]).reshape(-1, 1),
            any(scale != 1.0 for _, _, of_scale, _, over_scale in quotients for scale in (of_scale, over_scale)),
            any(feature.default is not None for feature, *_ in quotients),
        ),
        tuple(_ended(one.feature) for one in ended),
        np.array([[one.group.kind == "last"] for one in ended], np.int64).reshape(-1, 1),
        tuple(others),
        tuple(untiled),
    )


def _binding(schema: Schema, feature: Feature) -> Binding:
    if (found := schema.bindings.get(feature.name)) is None:
        raise NotServed(feature.name)
    return found


def _or_nan(defaults: Sequence[Any]) -> Doubles:
    """Doubles whatever the defaults are, for quotients are written among them."""
    return np.array([np.nan if one is None else one for one in defaults], np.float64).reshape(-1, 1)


def _scale(feature: Feature) -> float:
    return float(MILLIONTHS) if is_fraction(feature) else 1.0


def _is_end(binding: Binding) -> bool:
    return isinstance(binding.feature.aggregation, Last | First | SecondsSince) and not binding.group.is_text


def _ended(feature: Feature) -> tuple[str, Any, bool, bool]:
    is_age = isinstance(feature.aggregation, SecondsSince)
    return feature.name, feature.default, is_age, is_fraction(feature)


def _end_line(binding: Binding) -> int:
    match binding.feature.aggregation:
        case Last(of) | First(of):
            return 3 + binding.group.fields.index(of)
    return 1
