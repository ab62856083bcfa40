"""docs/reference/features.md, from the definitions."""

from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from typing import Any

from tillstream.features.definitions.language import EXACT_US, Feature
from tillstream.features.definitions.registry import FEATURES

_HEAD = """# Features

Generated from `src/tillstream/features/definitions` by `make docs`; do not edit. A window's head is exact to the
event; its tail moves in steps, which are part of the definition. A feature marked personal reaches no log, no label
of a metric, and no price.
"""
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def features_page() -> str:
    """One table an entity."""
    lines = [_HEAD]
    for entity, features in groupby(FEATURES.values(), key=lambda feature: feature.entity):
        lines += [f"\n## {entity.capitalize()}\n", "| feature | meaning | window | unit | default | used by |"]
        lines += ["|---|---|---|---|---|---|", *map(row, features)]
    return "\n".join(lines) + "\n"


def row(feature: Feature) -> str:
    """One feature as a line of the table."""
    meaning = f"{feature.description} {'Personal. ' if feature.personal else ''}{'; '.join(details(feature))}"
    window = f"{length(feature.window_seconds)} in steps of {step(feature.step_us)}" if feature.window_seconds else ""
    used = ", ".join(feature.use_cases)
    return f"| `{feature.name}` | {meaning} | {window} | {feature.unit} | `{feature.default}` | {used} |"


def details(feature: Feature) -> Iterator[str]:
    """How it is made of events, in few words."""
    kind = feature.aggregation
    parts = ", ".join(f"{one.name} {shown(getattr(kind, one.name))}" for one in fields(kind))
    yield f"`{type(kind).__name__}`" + (f" ({parts})" if parts else "")
    if feature.source is not None:
        of = f"`{feature.source.topic}` by `{feature.source.key}`"
        yield of + (f", each of `{feature.source.each}`" if feature.source.each else "")
    for name, values in feature.where:
        yield f"where `{name}` is {' or '.join(values)}"


def shown(value: Any) -> str:
    """A parameter of an aggregation."""
    return f"`{value}`"


def length(seconds: int) -> str:
    """Seconds in the largest unit that is whole."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def step(microseconds: int) -> str:
    """A step's length, or that it is exact."""
    return "an instant" if microseconds == EXACT_US else length(microseconds // 10**6)
