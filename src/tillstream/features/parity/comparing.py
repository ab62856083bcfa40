"""What engines say of the same moments, value by value."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tillstream.features.definitions import Schema

_KEPT: Final = 20
"""So many differences are kept whole; all are counted."""
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What engines are asked: these ids (by entity) at an instant, from what the online writer had applied.

    `position` is the next offset of each partition of feature_updates.v1, as a decision record keeps it.
    """

    position: Mapping[int, int]
    at_us: int
    ids: Mapping[str, Sequence[str]]

    def __str__(self) -> str:
        """Its offsets: `0:120,1:98`."""
        return ",".join(f"{partition}:{self.position[partition]}" for partition in sorted(self.position))


Values: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Entity to id to feature to value."""
Engine: TypeAlias = Callable[[Moment], Values]
"""Asked in the order of positions."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A triple on which an engine says something else than the first one; `values` by engine."""

    entity: str
    entity_id: str
    feature: str
    moment: Moment
    values: Mapping[str, Any]


@dataclass(slots=True)
class Tally:
    """What was compared. Missing and extra are among the mismatches.

    Missing: an engine has nothing, or what the definition says stands for nothing, where the reference has a value;
    extra: the other way round.
    """

    triples: int = 0
    entities: int = 0
    valued: int = 0
    """Triples whose reference is another value than stands for nothing."""
    mismatches: int = 0
    missing: int = 0
    extra: int = 0
    differences: list[Difference] = field(default_factory=list)
    """The first of them."""
    events: list[dict[str, Any]] = field(default_factory=list)
    """What counts for the very first, newest first."""

    def __str__(self) -> str:
        """The line that a proof ends with."""
        counts = f"mismatches={self.mismatches} missing={self.missing} extra={self.extra}"
        return f"parity triples={self.triples} {counts}"


def compare(schema: Schema, engines: Mapping[str, Engine], moment: Moment, tally: Tally) -> None:
    """Adds one moment to the tally; the first engine is the reference."""
    answers = {name: engine(moment) for name, engine in engines.items()}
    for entity, ids in moment.ids.items():
        features = [feature for feature in schema.features.values() if feature.entity == entity]
        tally.triples += len(ids) * len(features)
        tally.entities += len(ids)
        for one in ids:
            rows = {name: values.get(entity, {}).get(one, {}) for name, values in answers.items()}
            for feature in features:
                _count(tally, Difference(entity, one, feature.name, moment, _of(rows, feature.name)), feature.default)


def _of(rows: Mapping[str, Mapping[str, Any]], feature: str) -> dict[str, Any]:
    return {name: row.get(feature, _NOTHING) for name, row in rows.items()}


def _count(tally: Tally, found: Difference, default: Any) -> None:
    reference, *others = found.values.values()
    has_value = reference is not _NOTHING and not is_same(reference, default)
    tally.valued += has_value
    differing = [other for other in others if not is_same(other, reference)]
    if not differing:
        return
    tally.mismatches += 1
    lacking = [other is _NOTHING or is_same(other, default) for other in differing]
    tally.missing += has_value and any(lacking)
    tally.extra += not has_value and not all(lacking)
    if len(tally.differences) < _KEPT:
        tally.differences.append(found)


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are one: type, sign of a zero and every bit of a fraction, order of a list."""
    # A float's repr has all its bits.
    return one is other or (type(one) is type(other) and one == other and repr(one) == repr(other))


def told_values(found: Difference) -> Iterator[tuple[str, str]]:
    """Each engine's name with its value in words."""
    for name, value in found.values.items():
        yield name, "no answer" if value is _NOTHING else repr(value)
