"""The words a feature is defined with.

A window of length W and step S, asked at T, holds every event known at T whose step, floor(occurred_at / S),
is at least floor((T - W) / S): its head is exact to the event, its tail moves in steps, and it covers W and at
most one step more. See docs/adr/0011-window-meaning.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from tillstream.core.contracts import TOPICS
from tillstream.features.errors import DefinitionInvalid

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
LONGEST_SECONDS: Final = 366 * DAY
EXACT_US: Final = 1
"""A step of one microsecond: a tile an instant, so that the tail is exact too."""

OCCURRED_ON: Final = "occurred_on"
"""Every event has it besides the fields of its contract: the UTC day, as text of whole days since 1970."""

UseCase: TypeAlias = Literal["recommend", "price", "churn", "fraud"]
Where: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Fields of the event with the values each may have; all must hold. Empty: every event."""

_NAME: Final = re.compile(r"[a-z]+__[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a feature's events come from and whose they are; an event with a null key counts for nobody.

    With `each`, an event holds a list: `key` and what is aggregated are then fields of its elements,
    while `where` looks at the event.
    """

    topic: str
    key: str
    each: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many events."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a whole-number field; nulls add nothing, negative ones subtract."""

    of: str


@dataclass(frozen=True, slots=True)
class Mean:
    """Sum over count of the events whose field is not null; the default when there is none."""

    of: str


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different values, at most `cap`; nulls are no value. Values are told apart by 63 bits of hash."""

    of: str
    cap: int = 256


@dataclass(frozen=True, slots=True)
class Top:
    """The `k` most frequent values with their counts; ties by the value itself.

    A step keeps the counts of at most `cap` values, those with the smallest hashes, never the first come.
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
    """The whole-number field of the newest event that has it, by event time, then by place in the log."""

    of: str


@dataclass(frozen=True, slots=True)
class SecondsSince:
    """Seconds from the newest event to the request, never below 0."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One feature over another of the same entity; the default where the denominator is 0 or missing."""

    of: str
    over: str


Aggregation: TypeAlias = Count | Sum | Mean | Distinct | Top | TopValue | Recent | Last | SecondsSince | Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature's whole meaning; raises DefinitionInvalid when made of parts that do not fit."""

    name: str
    entity: str
    aggregation: Aggregation
    description: str
    source: Source | None = None
    where: Where = ()
    window_seconds: int = 0
    step_us: int = 0
    default: Any = None
    unit: str = "1"
    owner: str = "shop"
    personal: bool = False
    use_cases: tuple[UseCase, ...] = field(default=())

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not self.name.startswith(f"{self.entity}__"):
            raise DefinitionInvalid(self.name, "name", f"should be {self.entity}__what_window")
        if isinstance(self.aggregation, Ratio):
            if self.source is not None:
                raise DefinitionInvalid(self.name, "source", "is that of its two features")
            return
        if self.source is None:
            raise DefinitionInvalid(self.name, "source", "is missing")
        if not 0 < self.window_seconds <= LONGEST_SECONDS:
            raise DefinitionInvalid(self.name, "window_seconds", f"should be in 1..{LONGEST_SECONDS}")
        if not 0 < self.step_us <= self.window_seconds * 10**6:
            raise DefinitionInvalid(self.name, "step_us", "should be at least 1 and at most the window")
        if DAY * 10**6 % self.step_us:
            raise DefinitionInvalid(self.name, "step_us", "should divide a day: each event_id counts once a day")
        self._check_fields(self.source)

    def _check_fields(self, source: Source) -> None:
        topic = TOPICS.get(source.topic)
        if topic is None or topic.contract is None:
            raise DefinitionInvalid(self.name, "source", f"names {source.topic}, which holds no events")
        known = {*topic.contract.__struct_fields__, OCCURRED_ON}
        for name in (source.each, *(name for name, _ in self.where)):
            if name is not None and name not in known:
                raise DefinitionInvalid(self.name, "where", f"names `{name}`, which {source.topic} does not have")
        if source.each is None:
            for name in (source.key, getattr(self.aggregation, "of", None)):
                if name is not None and name not in known:
                    raise DefinitionInvalid(self.name, "of", f"names `{name}`, which {source.topic} does not have")

    @property
    def is_numeric(self) -> bool:
        """Whether it fits a column of a model's matrix."""
        return not isinstance(self.aggregation, Top | TopValue | Recent)


def kinds(*values: str) -> Where:
    """Events of these kinds."""
    return (("kind", values),)


def step_for(window_seconds: int) -> int:
    """The step, in microseconds, that goes with a window unless a definition says otherwise.

    Five minutes up to an hour, an hour up to a day, a day beyond: at most a step in seven of surplus.
    """
    seconds = 5 * MINUTE if window_seconds <= HOUR else HOUR if window_seconds <= DAY else DAY
    return seconds * 10**6


WINDOWS: Final[Mapping[str, int]] = {
    "30m": 30 * MINUTE, "1h": HOUR, "1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY, "365d": 365 * DAY,
}  # fmt: skip
"""Windows by the last part of a feature's name."""
