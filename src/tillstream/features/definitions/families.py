"""Features that differ only in their window, made from one line."""

from collections.abc import Iterable
from typing import Any, cast

from tillstream.core.contracts import topic_named
from tillstream.features.definitions.aggregations import (
    ADDED,
    Aggregation,
    Asked,
    Difference,
    Ratio,
    Tiled,
)
from tillstream.features.definitions.language import WINDOWS, Feature, Source, UseCase, Where, step_for


def family(
    entity: str,
    what: str,
    windows: str,
    aggregation: Tiled,
    description: str,
    *,
    topic: str,
    key: str | None = None,
    each: str | None = None,
    paired: bool = False,
    where: Where = (),
    step_us: int | None = None,
    offset: str | None = None,
    default: Any = None,
    unit: str = "1",
    personal: bool = False,
    online: bool = True,
    use_cases: Iterable[UseCase] = (),
    suffix: str | None = None,
) -> tuple[Feature, ...]:
    """One feature for each of the space-separated windows; counts and sums default to 0.

    `suffix` ends the name instead of the window, for features whose window only bounds how far they look; `offset`
    names a window's length that ended so long ago.
    """
    if default is None and isinstance(aggregation, ADDED):
        default = 0
    ended = f"_ago_{offset}" if offset else ""
    return tuple(
        Feature(
            name=f"{entity}__{what}" + (f"_{suffix or window}" if suffix != "" else "") + ended,
            entity=entity,
            aggregation=aggregation,
            description=description,
            source=Source(topic_named(topic).name, key or f"{entity}_id", each, paired),
            where=where,
            window_seconds=WINDOWS[window],
            step_us=step_us or step_for(WINDOWS[window]),
            offset_seconds=(WINDOWS[offset] or 0) if offset else 0,
            default=default,
            unit=unit,
            personal=personal,
            online=online,
            use_cases=tuple(use_cases),
        )
        for window in windows.split()
    )


def ratio(
    name: str,
    of: str,
    over: str,
    description: str,
    *use_cases: UseCase,
    default: float | None = 0.0,
    online: bool = True,
) -> tuple[Feature, ...]:
    """One feature over another."""
    return _alone(name, Ratio(of, over), description, use_cases, unit="ratio", default=default, online=online)


def difference(
    name: str, of: str, less: str | int, description: str, *use_cases: UseCase, unit: str = "1", online: bool = True
) -> tuple[Feature, ...]:
    """One feature less another, or less a number; missing where either is."""
    return _alone(name, Difference(of, less), description, use_cases, unit=unit, default=None, online=online)


def asked(
    name: str, aggregation: Asked, description: str, *, default: Any = None, unit: str = "1", personal: bool = False
) -> tuple[Feature, ...]:
    """What the request itself says; never kept."""
    return _alone(name, aggregation, description, (), unit=unit, default=default, online=False, personal=personal)


def _alone(
    name: str, aggregation: Aggregation, description: str, use_cases: Iterable[str], **more: Any
) -> tuple[Feature, ...]:
    found = Feature(
        name=name,
        entity=name.partition("__")[0],
        aggregation=aggregation,
        description=description,
        use_cases=cast("tuple[UseCase, ...]", tuple(use_cases)),
        **more,
    )
    return (found,)
