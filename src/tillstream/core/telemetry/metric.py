"""Numbers that Prometheus reads: taken from a worker's own counts when it asks, so counting costs nothing more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Source = TypeVar("Source")


@dataclass(frozen=True, slots=True)
class Metric(Generic[Source]):
    """One number of a source; where its name ends in `_total` it grows from 0 at the start of the process.

    Where `by` names one more label, `read` gives a number for each of that label's values.
    """

    name: str
    sentence: str
    read: Callable[[Source], float | Mapping[str, float]]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Source]):
    """The metrics of one kind of source, and the labels that tell its sources apart."""

    metrics: tuple[Metric[Source], ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readings(Generic[Source]):
    """What a process has to tell: a sheet, and its sources by the values of the sheet's labels."""

    sheet: Sheet[Source]
    sources: Mapping[tuple[str, ...], Source]
