"""Features that differ only in their window, made from one line."""

from collections.abc import Iterable
from typing import Any

from tillstream.core.contracts import topic_named
from tillstream.features.definitions.language import (
    WINDOWS,
    Aggregation,
    Count,
    Distinct,
    Feature,
    Ratio,
    Source,
    Sum,
    UseCase,
    Where,
    step_for,
)


def family(
    entity: str,
    what: str,
    windows: str,
    aggregation: Aggregation,
    description: str,
    *,
    topic: str,
    key: str | None = None,
    each: str | None = None,
    where: Where = (),
    default: Any = None,
    unit: str = "1",
    use_cases: Iterable[UseCase] = (),
    suffix: str | None = None,
) -> tuple[Feature, ...]:
    """One feature for each of the space-separated windows; counts and sums default to 0.

    `suffix` ends the name instead of the window, for features whose window only bounds how far they look.
    """
    if default is None and isinstance(aggregation, Count | Sum | Distinct):
        default = 0
    return tuple(
        Feature(
            name=f"{entity}__{what}" + (f"_{suffix or window}" if suffix != "" else ""),
            entity=entity,
            aggregation=aggregation,
            description=description,
            source=Source(topic_named(topic).name, key or f"{entity}_id", each),
            where=where,
            window_seconds=WINDOWS[window],
            step_us=step_for(WINDOWS[window]),
            default=default,
            unit=unit,
            use_cases=tuple(use_cases),
        )
        for window in windows.split()
    )


def ratio(name: str, of: str, over: str, description: str, *use_cases: UseCase) -> tuple[Feature, ...]:
    """One feature over another; 0 where there is nothing to divide by."""
    entity = name.partition("__")[0]
    return (
        Feature(
            name=name,
            entity=entity,
            aggregation=Ratio(of, over),
            description=description,
            default=0.0,
            unit="ratio",
            use_cases=use_cases,
        ),
    )
