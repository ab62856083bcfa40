"""How a window's events become one value: the aggregations, and what stands beside them.

Whole numbers stay whole. A fraction is counted in whole millionths, rounded half to even, so that no sum depends
on the order of its parts; a flag is 0 or 1, an instant microseconds since 1970. See docs/adr/0011-window-meaning.md.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Count:
    """How many events."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a field; nulls add nothing, negative ones subtract."""

    of: str


@dataclass(frozen=True, slots=True)
class Mean:
    """Sum over count of the events whose field is not null; the default when there is none."""

    of: str


@dataclass(frozen=True, slots=True)
class Min:
    """The smallest value of a field; nulls are none."""

    of: str


@dataclass(frozen=True, slots=True)
class Max:
    """The largest value of a field; nulls are none."""

    of: str


@dataclass(frozen=True, slots=True)
class Decayed:
    """A sum in which an event weighs half as much for each half-life of its step's age; `of` None counts events.

    Weights are those of definitions/decay.py, so that the result is one whole number over a power of two.
    """

    half_life_seconds: int
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different values, at most `cap`; nulls are no value. Values are told apart by 63 bits of hash."""

    of: str
    cap: int = 256


@dataclass(frozen=True, slots=True)
class Top:
    """The `k` most frequent values with their counts; ties by the value itself.

    A step keeps the counts of at most `cap` values, those with the smallest hashes, never the first come;
    a window without an end keeps as many in all.
    """

    of: str
    k: int
    cap: int = 64


@dataclass(frozen=True, slots=True)
class TopValue:
    """The most frequent value alone; from the same tiles as Top."""

    of: str
    cap: int = 64


@dataclass(frozen=True, slots=True)
class Recent:
    """The last `k` different values, newest first, each at its last event; ties by place in the log."""

    of: str
    k: int
    give: Literal["values", "times"] = "values"


@dataclass(frozen=True, slots=True)
class Last:
    """The field of the newest event that has it, by event time, then by place in the log."""

    of: str


@dataclass(frozen=True, slots=True)
class First:
    """The field of the oldest event that has it, by event time, then by place in the log."""

    of: str


@dataclass(frozen=True, slots=True)
class SecondsSince:
    """Seconds from the window's newest event, or its oldest, to the request, never below 0."""

    event: Literal["newest", "oldest"] = "newest"


@dataclass(frozen=True, slots=True)
class Ratio:
    """One feature over another of the same entity; the default where the denominator is 0 or either is missing."""

    of: str
    over: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One feature less another of the same entity, or less a number; the default where either is missing."""

    of: str
    less: str | int


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the calendar says of the instant asked, in UTC; see definitions/calendar.py."""

    term: Literal["hour", "weekday", "weekend", "night", "month_day", "holiday"]


@dataclass(frozen=True, slots=True)
class Given:
    """A field of the request itself; offline a column of the spine."""

    of: str


Tiled: TypeAlias = (
    Count | Sum | Mean | Min | Max | Decayed | Distinct | Top | TopValue | Recent | Last | First | SecondsSince
)
"""Aggregations over the events of a source."""
Derived: TypeAlias = Ratio | Difference
"""Made of other features when they are read."""
Asked: TypeAlias = Calendar | Given
"""Known from the request alone."""
Aggregation: TypeAlias = Tiled | Derived | Asked
ADDED: tuple[type, ...] = (Count, Sum, Decayed, Distinct)
"""Those that are 0 where there is nothing."""
LISTS: tuple[type, ...] = (Top, Recent)
"""Those whose value is no single cell."""


def parts_of(aggregation: Aggregation) -> tuple[str, ...]:
    """The features that a derived one is made of, in order."""
    match aggregation:
        case Ratio(of, over):
            return (of, over)
        case Difference(of, less):
            return (of, less) if isinstance(less, str) else (of,)
    return ()
