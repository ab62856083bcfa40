"""What the definitions would change of what is in force: pure, from the record of what was applied last."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from tillstream.features.costs import row_bytes_at_most, tiles_at_most
from tillstream.features.definitions import Feature, Schema
from tillstream.features.definitions.groups import groups_of
from tillstream.features.errors import MeaningChanged, StillRead
from tillstream.features.meanings import Pinned, compare, next_version, pin


class InForce(msgspec.Struct, frozen=True):
    """What was applied last: every meaning, and the fingerprint of each entity's tiles."""

    meanings: dict[str, Pinned] = {}
    fingerprints: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Refill:
    """An entity whose rows mean something else: they are filled again from batch, then live."""

    entity: str
    groups: int
    tiles_at_most: int
    row_bytes_at_most: int
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change, by feature name; where it is computed is in `engines`."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]
    engines: Mapping[str, str]
    row_bytes: Mapping[str, int]
    """Of what is added or changed, and kept online: by how many bytes it lets a row of its entity grow."""
    refills: tuple[Refill, ...]
    still_read: Mapping[str, str]
    """Retired features that an export reads: by which use case."""

    @property
    def is_empty(self) -> bool:
        """Whether all is as it was."""
        return not (self.added or self.changed or self.retired or self.refills)


def plan_of(
    in_force: InForce, features: Mapping[str, Feature], schema: Schema, read_by: Mapping[str, str] | None = None
) -> Plan:
    """The way from what is in force to these definitions; `read_by` names the use case whose export reads a feature."""
    found = compare(in_force.meanings, features)
    touched = {name: features[name] for name in (*found.added, *found.changed)}
    prints = _prints(schema)
    return Plan(
        added=found.added,
        changed=found.changed,
        retired=found.retired,
        engines={name: engines_of(feature) for name, feature in touched.items()},
        row_bytes={name: row_bytes_of(schema, name) for name in touched if name in schema.bindings},
        refills=tuple(_refill(schema, one) for one in prints if in_force.fingerprints.get(one) != prints[one]),
        still_read={name: (read_by or {})[name] for name in found.retired if name in (read_by or {})},
    )


def applied(plan: Plan, in_force: InForce, features: Mapping[str, Feature], schema: Schema) -> InForce:
    """What is in force once a plan is carried out; raises MeaningChanged or StillRead when it may not be."""
    if plan.changed:
        raise MeaningChanged(plan.changed[0], next_version(plan.changed[0], in_force.meanings))
    for name, use_case in plan.still_read.items():
        raise StillRead(name, use_case)
    return InForce(pin(in_force.meanings, features), _prints(schema))


def engines_of(feature: Feature) -> str:
    """Where a feature is computed."""
    if not feature.is_tiled:
        return "when it is read"
    return "polars, embedded worker, store" if feature.online else "polars"


def row_bytes_of(schema: Schema, name: str) -> int:
    """By how many bytes, at most, a row is longer for this feature: what shares another's tiles costs little."""
    entity = schema.features[name].entity
    others = [one.feature for one in schema.bindings.values() if one.feature.entity == entity]
    without = groups_of(feature for feature in others if feature.name != name)
    return row_bytes_at_most(schema.groups[entity]) - row_bytes_at_most(without)


def _prints(schema: Schema) -> dict[str, str]:
    return {entity: fingerprint.hex() for entity, fingerprint in schema.fingerprints.items()}


def _refill(schema: Schema, entity: str) -> Refill:
    groups = schema.groups[entity]
    return Refill(
        entity=entity,
        groups=len(groups),
        tiles_at_most=sum(map(tiles_at_most, groups)),
        row_bytes_at_most=row_bytes_at_most(groups),
        topics=tuple(dict.fromkeys(group.source.topic for group in groups)),
    )
