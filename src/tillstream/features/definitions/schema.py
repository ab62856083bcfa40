"""Features compiled to groups: what is kept a step, and where each feature finds its part of it.

Features of one entity, source and step share tiles, so that an event is added once for all of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from typing import Final, Literal, TypeAlias

from tillstream.features.definitions.language import (
    Aggregation,
    Count,
    Distinct,
    Feature,
    Last,
    Mean,
    Ratio,
    Recent,
    SecondsSince,
    Source,
    Sum,
    Top,
    TopValue,
    Where,
)
from tillstream.features.definitions.registry import FEATURES
from tillstream.features.errors import DefinitionInvalid

Kind: TypeAlias = Literal["sums", "last", "distinct", "counts", "recent"]
_LAYOUT: Final = "1"
"""Raised when the packed form of a tile changes: old rows are then unknown instead of misread."""


@dataclass(frozen=True, slots=True)
class Column:
    """One whole number of a tile: of the events that match, how many have `of`, or its sum.

    With `of` None every match counts. `adds` says which of the two.
    """

    where: Where
    of: str | None
    adds: Literal["one", "value"]


@dataclass(frozen=True, slots=True)
class Group:
    """The tiles that several features share.

    `sums` holds `columns`; `last` the newest event's `fields`; `distinct`, `counts` and `recent` one field each,
    up to `limit` values a step. `span_us` is the longest window that is asked of it.
    """

    entity: str
    source: Source
    kind: Kind
    step_us: int
    where: Where = ()
    columns: tuple[Column, ...] = ()
    fields: tuple[str, ...] = ()
    limit: int = 0
    span_us: int = 0

    @property
    def kept_steps(self) -> int:
        """Steps that can still matter beside the newest, one more for a clock that runs ahead."""
        return 0 if self.kind == "last" else -(-self.span_us // self.step_us) + 1

    def oldest_step(self, at_us: int) -> int:
        """The oldest step that any window asked at `at_us` or later reaches."""
        return (at_us - self.span_us) // self.step_us

    @property
    def name(self) -> str:
        """Names it in messages: `card/payments.v1/sums/1h`."""
        return f"{self.entity}/{self.source.topic}/{self.kind}/{self.step_us // 10**6}s"


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a feature's parts lie: the group's number within its entity, and columns or fields in it."""

    feature: Feature
    group: Group
    number: int
    columns: tuple[int, ...] = ()

    def first_step(self, at_us: int) -> int:
        """The oldest step of the window asked at that instant."""
        return (at_us - self.feature.window_seconds * 10**6) // self.group.step_us


@dataclass(frozen=True)
class Schema:
    """Every group of every entity; an entity's fingerprint changes with what its tiles mean."""

    features: Mapping[str, Feature]
    groups: Mapping[str, tuple[Group, ...]]
    bindings: Mapping[str, Binding]
    fingerprints: Mapping[str, bytes]

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that any feature reads."""
        return tuple(sorted({group.source.topic for groups in self.groups.values() for group in groups}))

    @property
    def fingerprint(self) -> str:
        """Of all entities together."""
        return blake2b(b"".join(self.fingerprints[e] for e in sorted(self.fingerprints)), digest_size=8).hexdigest()

    @property
    def smallest_step_us(self) -> int:
        """The step in which the released horizon moves."""
        return min(group.step_us for groups in self.groups.values() for group in groups)


def schema_of(features: Iterable[Feature]) -> Schema:
    """Compiles features; a ratio whose parts are missing or of another entity raises DefinitionInvalid."""
    named = {feature.name: feature for feature in features}
    merged: dict[tuple[object, ...], Group] = {}
    for feature in named.values():
        if isinstance(feature.aggregation, Ratio):
            _check_ratio(feature, feature.aggregation, named)
            continue
        needed = _group_of(feature)
        known = merged.get(identity := _identity(needed))
        merged[identity] = _merge(known, needed) if known else needed
    groups: dict[str, tuple[Group, ...]] = {}
    for group in merged.values():
        groups[group.entity] = (*groups.get(group.entity, ()), group)
    bindings = {
        name: _bind(feature, groups[feature.entity])
        for name, feature in named.items()
        if not isinstance(feature.aggregation, Ratio)
    }
    prints = {entity: blake2b(repr((_LAYOUT, of)).encode(), digest_size=8).digest() for entity, of in groups.items()}
    return Schema(named, groups, bindings, prints)


@cache
def default_schema() -> Schema:
    """The schema of FEATURES."""
    return schema_of(FEATURES.values())


def _check_ratio(feature: Feature, ratio: Ratio, named: Mapping[str, Feature]) -> None:
    for field, part in (("of", ratio.of), ("over", ratio.over)):
        if part not in named or named[part].entity != feature.entity or isinstance(named[part].aggregation, Ratio):
            raise DefinitionInvalid(feature.name, field, f"names {part}, which is no plain feature of {feature.entity}")


def _group_of(feature: Feature) -> Group:
    assert feature.source is not None  # noqa: S101 - Feature refuses it
    aggregation, where = feature.aggregation, feature.where
    plain = Group(feature.entity, feature.source, "sums", feature.step_us, span_us=feature.window_seconds * 10**6)
    match aggregation:
        case Distinct(of, cap):
            return replace(plain, kind="distinct", where=where, fields=(of,), limit=cap)
        case Top(of, cap=cap) | TopValue(of, cap=cap):
            return replace(plain, kind="counts", where=where, fields=(of,), limit=cap)
        case Recent(of, k):
            return replace(plain, kind="recent", where=where, fields=(of,), limit=k)
        case Last(of):
            return replace(plain, kind="last", where=where, fields=(of,))
        case SecondsSince():
            return replace(plain, kind="last", where=where)
    return replace(plain, columns=_columns_of(aggregation, where))


def _columns_of(aggregation: Aggregation, where: Where) -> tuple[Column, ...]:
    match aggregation:
        case Count():
            return (Column(where, None, "one"),)
        case Sum(of):
            return (Column(where, of, "value"),)
        case Mean(of):
            return (Column(where, of, "value"), Column(where, of, "one"))
    raise AssertionError(aggregation)


def _identity(group: Group) -> tuple[object, ...]:
    cap = (
        group.limit if group.kind == "counts" else 0
    )  # another cap keeps other values; elsewhere the larger serves both
    return (group.entity, group.source, group.kind, group.step_us, group.where, group.fields, cap)


def _merge(known: Group, needed: Group) -> Group:
    return replace(
        known,
        columns=tuple(dict.fromkeys((*known.columns, *needed.columns))),
        limit=max(known.limit, needed.limit),
        span_us=max(known.span_us, needed.span_us),
    )


def _bind(feature: Feature, groups: tuple[Group, ...]) -> Binding:
    needed = _group_of(feature)
    number = next(n for n, group in enumerate(groups) if _identity(group) == _identity(needed))
    group = groups[number]
    return Binding(feature, group, number, tuple(group.columns.index(column) for column in needed.columns))
