"""Features compiled: the groups whose tiles are kept, and where each feature finds its part of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from typing import Final

from tillstream.features.definitions.aggregations import parts_of
from tillstream.features.definitions.groups import Group, group_of, groups_of, identity_of
from tillstream.features.definitions.language import EXACT_US, MINUTE, Feature
from tillstream.features.definitions.registry import FEATURES
from tillstream.features.errors import DefinitionInvalid, UnknownFeature

ALWAYS_US: Final = 2**62
"""Beyond every instant; with a minus before every instant."""
_LAYOUT: Final = "5"
"""Raised when the packed form of a tile changes: old rows are then unknown instead of misread."""
_COARSEST_RELEASE_US: Final = 5 * MINUTE * 10**6


def bounds_us(feature: Feature, at_us: int) -> tuple[int, int]:
    """The window asked at an instant, from its first microsecond up to, not including, its end; both edges of steps."""
    window, ago_us = feature.window_seconds, at_us - feature.offset_seconds * 10**6
    step = feature.step_us
    first = -ALWAYS_US if window is None else (ago_us - window * 10**6) // step * step
    return first, ago_us // step * step if feature.offset_seconds else ALWAYS_US


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a feature's parts lie: the group's number within its entity, and columns or fields in it."""

    feature: Feature
    group: Group
    number: int
    columns: tuple[int, ...] = ()

    def steps(self, at_us: int) -> tuple[int, int]:
        """The steps of the window asked at that instant: the first, and the one after the last."""
        first_us, end_us = bounds_us(self.feature, at_us)
        return first_us // self.group.step_us, end_us // self.group.step_us


@dataclass(frozen=True)
class Schema:
    """Every group of every entity; an entity's fingerprint changes with what its tiles mean."""

    features: Mapping[str, Feature]
    groups: Mapping[str, tuple[Group, ...]]
    bindings: Mapping[str, Binding]
    fingerprints: Mapping[str, bytes]
    places: Mapping[str, tuple[int, ...]]
    """Of each group of an entity its section's place in a row: whole numbers before text."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that any feature reads."""
        return tuple(sorted({group.source.topic for groups in self.groups.values() for group in groups}))

    @cached_property
    def fingerprint(self) -> str:
        """Of all entities together."""
        return blake2b(b"".join(self.fingerprints[e] for e in sorted(self.fingerprints)), digest_size=8).hexdigest()

    @cached_property
    def order(self) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
        """Of each entity the numbers of its groups as their sections stand in a row: whole numbers, then text."""
        return {
            entity: (
                tuple(number for number in map(places.index, range(len(places))) if not groups[number].is_text),
                tuple(number for number in map(places.index, range(len(places))) if groups[number].is_text),
            )
            for entity, groups, places in ((entity, of, self.places[entity]) for entity, of in self.groups.items())
        }

    @property
    def smallest_step_us(self) -> int:
        """The step in which the released horizon moves; an exact tail does not make it move with every event."""
        steps = {group.step_us for groups in self.groups.values() for group in groups} - {EXACT_US}
        return min(steps, default=_COARSEST_RELEASE_US)


def schema_of(features: Iterable[Feature]) -> Schema:
    """Compiles features; a derived one whose parts do not come before it raises DefinitionInvalid."""
    named: dict[str, Feature] = {}
    for feature in features:
        _check_parts(feature, named)
        named[feature.name] = feature
    tiled = {name: feature for name, feature in named.items() if feature.is_tiled}
    groups: dict[str, tuple[Group, ...]] = {}
    for group in groups_of(tiled.values()):
        groups[group.entity] = (*groups.get(group.entity, ()), group)
    bindings = {name: _bind(feature, groups[feature.entity]) for name, feature in tiled.items()}
    prints = {entity: blake2b(repr((_LAYOUT, of)).encode(), digest_size=8).digest() for entity, of in groups.items()}
    return Schema(named, groups, bindings, prints, {entity: _places(of) for entity, of in groups.items()})


@cache
def default_schema() -> Schema:
    """The schema of the features that are served."""
    return schema_of(feature for feature in FEATURES.values() if feature.online)


def with_parts(features: Iterable[Feature], among: Mapping[str, Feature] = FEATURES) -> dict[str, Feature]:
    """These features and all that they are made of, by name; parts come before what is made of them.

    A part is one of the features, or else `among` them; raises UnknownFeature.
    """
    wanted = {feature.name: feature for feature in features}
    found: dict[str, Feature] = {}

    def add(feature: Feature) -> None:
        for name in parts_of(feature.aggregation):
            part = wanted.get(name) or among.get(name)
            if part is None:
                raise UnknownFeature(name)
            add(part)
        found.setdefault(feature.name, feature)

    for feature in wanted.values():
        add(feature)
    return found


def _places(groups: tuple[Group, ...]) -> tuple[int, ...]:
    order = sorted(range(len(groups)), key=lambda number: groups[number].is_text)
    return tuple(order.index(number) for number in range(len(groups)))


def _check_parts(feature: Feature, before: Mapping[str, Feature]) -> None:
    for part in parts_of(feature.aggregation):
        known = before.get(part)
        if known is None or known.entity != feature.entity or not known.is_numeric:
            raise DefinitionInvalid(
                feature.name, "of", f"names {part}, which is no number of {feature.entity} before it"
            )


def _bind(feature: Feature, groups: tuple[Group, ...]) -> Binding:
    needed = group_of(feature)
    number = next(n for n, group in enumerate(groups) if identity_of(group) == identity_of(needed))
    group = groups[number]
    return Binding(feature, group, number, tuple(group.columns.index(column) for column in needed.columns))
