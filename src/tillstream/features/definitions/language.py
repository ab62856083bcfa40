"""The words a feature is defined with.

A window of length W and step S that ended D ago, asked at T, holds every event known at T whose step,
floor(occurred_at / S), is at least floor((T - D - W) / S) and, where D is not 0, below floor((T - D) / S). Without an
offset its head is exact to the event and its tail moves in steps. See docs/adr/0011-window-meaning.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from tillstream.core.contracts import TOPICS
from tillstream.features.definitions.aggregations import (
    ADDED,
    LISTS,
    Aggregation,
    Calendar,
    Decayed,
    Difference,
    Distinct,
    First,
    Given,
    Last,
    Ratio,
    Recent,
    Top,
    TopValue,
)
from tillstream.features.definitions.fields import Field, field_of, fields_of
from tillstream.features.errors import DefinitionInvalid

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
LONGEST_SECONDS: Final = 366 * DAY
EXACT_US: Final = 1
"""A step of one microsecond: a tile an instant, so that the tail is exact too."""
EXACT_INSTANTS: Final = 256
"""Of a window with an exact tail only events at the newest so many instants known count."""

PAIRED_ELEMENTS: Final = 50

UseCase: TypeAlias = Literal["recommend", "price", "churn", "fraud"]


@dataclass(frozen=True, slots=True)
class Differ:
    """Events of which two fields are both there and not the same."""

    one: str
    other: str


Where: TypeAlias = tuple[tuple[str, tuple[str, ...]] | Differ, ...]
"""Fields of the event with the values each may have, and pairs that differ; all must hold. Empty: every event."""

_NAME: Final = re.compile(r"[a-z]+__[a-z0-9_]+(@([2-9]|[1-9][0-9]+))?")
_SUMMED: Final = ("whole", "fraction", "flag")
_ORDERED: Final = ("whole", "fraction", "instant")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a feature's events come from and whose they are; an event with a null key counts for nobody.

    With `each`, an event holds a list: `key` and what is aggregated are then fields of its elements, while `where`
    looks at the event. Where the elements are plain text, `key` is the list itself. With `paired`, each ordered pair of
    elements with different keys counts: the key is of the first, what is aggregated of the second. A list of more than
    PAIRED_ELEMENTS has no pairs.
    """

    topic: str
    key: str
    each: str | None = None
    paired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature's whole meaning; raises DefinitionInvalid when made of parts that do not fit.

    A second version of a meaning is a feature of its own, `name@2`. `window_seconds` None has no tail;
    `offset_seconds` says how long ago the window ended. `counts_current` says whether an event received at the very
    instant asked counts, which is that of the event being judged. `online` features are kept live and served.
    """

    name: str
    entity: str
    aggregation: Aggregation
    description: str
    source: Source | None = None
    where: Where = ()
    window_seconds: int | None = None
    step_us: int = DAY * 10**6
    offset_seconds: int = 0
    counts_current: bool = True
    default: Any = None
    unit: str = "1"
    owner: str = "shop"
    personal: bool = False
    online: bool = True
    use_cases: tuple[UseCase, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not self.name.startswith(f"{self.entity}__"):
            raise DefinitionInvalid(
                self.name, "name", f"should be {self.entity}__what_window, from version 2 on with @2"
            )
        if self.personal and "price" in self.use_cases:
            raise DefinitionInvalid(self.name, "personal", "features may not be used for pricing")
        if not self.is_tiled:
            if self.source is not None:
                raise DefinitionInvalid(
                    self.name, "source", "should be left out: it is made of features or the request"
                )
            return
        if self.source is None:
            raise DefinitionInvalid(self.name, "source", "is missing")
        if isinstance(self.aggregation, ADDED) and self.default != 0:
            raise DefinitionInvalid(self.name, "default", "should be 0: that is what nothing adds up to")
        self._check_window()
        self._check_source(self.source)
        self._check_fields(self.source)

    def _check_window(self) -> None:
        window, step = self.window_seconds, self.step_us
        if window is not None and not 0 < window <= LONGEST_SECONDS:
            raise DefinitionInvalid(self.name, "window_seconds", f"should be in 1..{LONGEST_SECONDS}, or None")
        if not 0 < step <= (DAY if window is None else window) * 10**6:
            raise DefinitionInvalid(self.name, "step_us", "should be at least 1 and at most the window")
        if DAY * 10**6 % step:
            raise DefinitionInvalid(self.name, "step_us", "should divide a day: each event_id counts once a day")
        if not 0 <= self.offset_seconds <= LONGEST_SECONDS:
            raise DefinitionInvalid(self.name, "offset_seconds", f"should be in 0..{LONGEST_SECONDS}")
        is_decayed = isinstance(self.aggregation, Decayed)
        if window is None and (self.offset_seconds or step == EXACT_US or is_decayed):
            raise DefinitionInvalid(self.name, "window_seconds", "is needed for an offset, an exact tail or a decay")
        if is_decayed and step < MINUTE * 10**6:
            raise DefinitionInvalid(self.name, "step_us", "should be a minute at least: a weight goes by a step's age")
        if isinstance(self.aggregation, Decayed) and self.aggregation.half_life_seconds <= 0:
            raise DefinitionInvalid(self.name, "half_life_seconds", "should be above 0")

    def _check_source(self, source: Source) -> None:
        fields = fields_of(source.topic)
        if not fields:
            raise DefinitionInvalid(self.name, "source", f"names {source.topic}, which holds no events")
        if self.online and TOPICS[source.topic].derived:
            raise DefinitionInvalid(self.name, "online", f"cannot be: {source.topic} is made of other topics")
        if source.each is not None and (source.each not in fields or fields[source.each].kind != "list"):
            raise DefinitionInvalid(self.name, "each", f"names `{source.each}`, which is no list of {source.topic}")
        if source.paired and (source.each is None or source.key not in (fields[source.each].items or {})):
            raise DefinitionInvalid(self.name, "paired", "is for lists of records, by a field of theirs")
        for name in fields_in(self.where):
            if name not in fields or fields[name].kind != "text":
                raise DefinitionInvalid(self.name, "where", f"names `{name}`, which is no text of {source.topic}")
        for name, values in allowed_in(self.where):
            known = fields[name]
            if known.values and not set(values) <= set(known.values):
                raise DefinitionInvalid(
                    self.name, "where", f"asks `{name}` for what is none of {', '.join(known.values)}"
                )

    def _check_fields(self, source: Source) -> None:
        for place, name in (("key", source.key), ("of", getattr(self.aggregation, "of", None))):
            if name is None:
                continue
            field = field_of(source.topic, source.each, name)
            if field is None:
                raise DefinitionInvalid(self.name, place, f"names `{name}`, which {source.topic} does not have")
            if field.personal and not self.personal:
                raise DefinitionInvalid(self.name, "personal", f"should be True: `{name}` is a personal field")
            wanted = ("text",) if place == "key" else self._kinds_allowed()
            if field.kind not in wanted:
                raise DefinitionInvalid(
                    self.name, place, f"names `{name}`, a {field.kind}; it takes {', '.join(wanted)}"
                )

    def _kinds_allowed(self) -> tuple[str, ...]:
        match self.aggregation:
            case Distinct() | Top() | TopValue() | Recent():
                return ("text",)
            case Last() | First():
                return (*_ORDERED, "flag", "text")
            case Decayed():
                return ("whole", "flag")
        return _ORDERED if type(self.aggregation).__name__ in ("Min", "Max") else _SUMMED

    @property
    def is_tiled(self) -> bool:
        """Whether it is an aggregation over the events of a source."""
        return not isinstance(self.aggregation, Ratio | Difference | Calendar | Given)

    @property
    def version(self) -> int:
        """1 unless the name says another."""
        return int(self.name.partition("@")[2] or 1)

    @property
    def field(self) -> Field | None:
        """The field it aggregates, if it does."""
        name = getattr(self.aggregation, "of", None)
        return field_of(self.source.topic, self.source.each, name) if self.source is not None and name else None

    @property
    def is_numeric(self) -> bool:
        """Whether it fits a column of a model's matrix."""
        if isinstance(self.aggregation, (*LISTS, TopValue)):
            return False
        return not (isinstance(self.aggregation, Last | First) and self.field is not None and self.field.kind == "text")


def kinds(*values: str) -> Where:
    """Events of these kinds."""
    return (("kind", values),)


def allowed_in(where: Where) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The fields of a filter with the values each may have."""
    return tuple(one for one in where if not isinstance(one, Differ))


def fields_in(where: Where) -> tuple[str, ...]:
    """The fields a filter looks at."""
    pairs = ((one.one, one.other) if isinstance(one, Differ) else (one[0],) for one in where)
    return tuple(name for pair in pairs for name in pair)


def step_for(window_seconds: int | None) -> int:
    """The step, in microseconds, that goes with a window unless a definition says otherwise.

    A minute up to ten minutes, five minutes up to an hour, an hour up to a day, a day beyond: at most a step in five
    of surplus.
    """
    if window_seconds is None:
        return DAY * 10**6
    edges = ((10 * MINUTE, MINUTE), (HOUR, 5 * MINUTE), (DAY, HOUR))
    return next((step for longest, step in edges if window_seconds <= longest), DAY) * 10**6


WINDOWS: Final[Mapping[str, int | None]] = {
    "5m": 5 * MINUTE, "30m": 30 * MINUTE, "1h": HOUR, "1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY,
    "365d": 365 * DAY, "ever": None,
}  # fmt: skip
"""Windows by the last part of a feature's name."""
