"""What one event of a topic touches: whose tiles, of which groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tillstream.features.definitions import Schema
from tillstream.features.definitions.language import Source
from tillstream.features.tiles import Add, fold_of
from tillstream.features.updates import update_key

Step: TypeAlias = tuple[int, int, Add]
"""Group number, step in microseconds, and how an event is added."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One source and the groups of one entity that read it."""

    source: Source
    prefix: str
    steps: tuple[Step, ...]


def plans_of(schema: Schema) -> Mapping[str, tuple[Plan, ...]]:
    """The plans of each topic."""
    steps: dict[tuple[str, Source], tuple[Step, ...]] = {}
    for entity, groups in schema.groups.items():
        for number, group in enumerate(groups):
            mine = (number, group.step_us, fold_of(group).add)
            steps[entity, group.source] = (*steps.get((entity, group.source), ()), mine)
    plans: dict[str, tuple[Plan, ...]] = {}
    for (entity, source), found in steps.items():
        plan = Plan(source, update_key(entity, ""), found)
        plans[source.topic] = (*plans.get(source.topic, ()), plan)
    return plans
