"""What one event touches: whose tiles, of which groups. By the event's kind, so that most are not looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tillstream.features.definitions import Schema
from tillstream.features.definitions.fields import fields_of
from tillstream.features.definitions.language import Source
from tillstream.features.readers import Elements, elements_of, key_of
from tillstream.features.tiles import Add, add_of
from tillstream.features.updates import update_key

Step: TypeAlias = tuple[int, int, Add]
"""Group number, step in microseconds, and how an event is added."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One source and the groups of one entity that read it."""

    prefix: str
    key: Callable[[int, Any, Any], Any]
    elements: Elements | None
    """Gives an event's elements; None where the event is its own."""
    steps: tuple[Step, ...]


Plans: TypeAlias = Mapping[str | None, tuple[Plan, ...]]
"""By the event's kind; None for topics without kinds."""


def plans_of(schema: Schema) -> Mapping[str, Plans]:
    """The plans of each topic."""
    return {topic: {kind: _plans(schema, topic, kind) for kind in kinds_of(topic)} for topic in schema.topics}


def kinds_of(topic: str) -> tuple[str | None, ...]:
    """The kinds of a topic's events."""
    kind = fields_of(topic).get("kind")
    return kind.values if kind is not None and kind.values else (None,)


def _plans(schema: Schema, topic: str, kind: str | None) -> tuple[Plan, ...]:
    steps: dict[tuple[str, Source], tuple[Step, ...]] = {}
    for entity, groups in schema.groups.items():
        for number, group in enumerate(groups):
            if group.source.topic == topic and (add := add_of(group, kind)) is not None:
                mine = (number, group.step_us, add)
                steps[entity, group.source] = (*steps.get((entity, group.source), ()), mine)
    return tuple(_plan(entity, source, found) for (entity, source), found in steps.items())


def _plan(entity: str, source: Source, steps: tuple[Step, ...]) -> Plan:
    return Plan(update_key(entity, ""), key_of(source), elements_of(source), steps)
