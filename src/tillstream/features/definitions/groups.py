"""What is kept a step: features of one entity, source, step and reach share tiles, so an event is added once for all.

Engines compile from groups alone: what an event adds to a tile, and how long tiles matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from tillstream.features.definitions.aggregations import (
    Count,
    Decayed,
    Distinct,
    First,
    Last,
    Max,
    Mean,
    Min,
    Recent,
    SecondsSince,
    Sum,
    Top,
    TopValue,
)
from tillstream.features.definitions.fields import field_of
from tillstream.features.definitions.language import EXACT_INSTANTS, EXACT_US, MINUTE, Feature, Source, Where

GroupKind: TypeAlias = Literal["sums", "extremes", "last", "first", "distinct", "counts", "recent"]
Keep: TypeAlias = Literal["window", "newest", "ever"]
"""The steps of a window; the newest step alone; or all steps, of which batch makes one base tile."""
EVER_US: Final = 2**61
"""How far back a window without a tail looks: before every instant."""
_AHEAD_US: Final = MINUTE * 10**6
"""How far an event's time may be ahead of its receipt."""


@dataclass(frozen=True, slots=True)
class Column:
    """One whole number of a tile: of the events that match, how many have `of`, or its sum, least or greatest.

    With `of` None every match counts.
    """

    where: Where
    of: str | None
    adds: Literal["one", "value", "min", "max"]


@dataclass(frozen=True, slots=True)
class Group:
    """The tiles that several features share.

    `sums` and `extremes` hold `columns`; `last` and `first` the newest and the oldest event's `fields`; `distinct`,
    `counts` and `recent` one field each, up to `limit` values a step. `span_us` is how far back any window looks.
    """

    entity: str
    source: Source
    kind: GroupKind
    step_us: int
    keep: Keep = "window"
    where: Where = ()
    columns: tuple[Column, ...] = ()
    fields: tuple[str, ...] = ()
    limit: int = 0
    span_us: int = 0
    is_text: bool = field(init=False, compare=False, repr=False)
    """Whether its tiles hold text and not whole numbers alone. This and what follows is asked with each tile."""
    lines: int = field(init=False, compare=False, repr=False)
    """Whole numbers of a tile with its step, or of one of its hashes: lines of its section in a row. 0 with text."""
    kept_steps: int = field(init=False, compare=False, repr=False)
    """Steps that can still matter beside the newest, with as many more as a clock may run ahead."""
    most_steps: int | None = field(init=False, compare=False, repr=False)
    """How many steps with events are kept at most; None where every step in reach is."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_text", self._has_text())
        object.__setattr__(self, "lines", 0 if self.is_text else self._numbers())
        kept = 0 if self.keep == "newest" else -(-self.span_us // self.step_us) - (-_AHEAD_US // self.step_us)
        object.__setattr__(self, "kept_steps", kept)
        most = EXACT_INSTANTS if self.step_us == EXACT_US and self.keep == "window" else None
        object.__setattr__(self, "most_steps", most)

    def oldest_step(self, at_us: int) -> int:
        """The oldest step that any window asked at `at_us` or later reaches."""
        return max(0, (at_us - self.span_us) // self.step_us)

    def _has_text(self) -> bool:
        if self.kind in ("counts", "recent"):
            return True
        if self.kind not in ("last", "first"):
            return False
        found = (field_of(self.source.topic, self.source.each, name) for name in self.fields)
        return any(field is not None and field.kind == "text" for field in found)

    def _numbers(self) -> int:
        return 2 if self.kind == "distinct" else 1 + len(self.columns) if self.columns else 3 + len(self.fields)

    @property
    def name(self) -> str:
        """Names it in messages: `card/payments.v1/sums/3600s`."""
        step = "exact" if self.step_us == EXACT_US else f"{self.step_us // 10**6}s"
        reach = "" if self.keep == "window" else f"/{self.keep}"
        return f"{self.entity}/{self.source.topic}/{self.kind}/{step}{reach}"


def group_of(feature: Feature) -> Group:
    """The tiles that one feature needs, as if it were alone."""
    assert feature.source is not None  # noqa: S101 - Feature refuses it
    aggregation, where = feature.aggregation, feature.where
    window = feature.window_seconds
    span_us = EVER_US if window is None else (window + feature.offset_seconds) * 10**6
    keep: Keep = "ever" if feature.window_seconds is None else "window"
    plain = Group(feature.entity, feature.source, "sums", feature.step_us, keep, span_us=span_us)
    # What an exact tail keeps at its limit must not depend on which features share the tiles.
    own = where if feature.step_us == EXACT_US and keep == "window" else ()
    match aggregation:
        case Count():
            return replace(plain, where=own, columns=(Column(where, None, "one"),))
        case Sum(of) | Decayed(of=of):
            return replace(plain, where=own, columns=(Column(where, of, "value" if of else "one"),))
        case Mean(of):
            return replace(plain, where=own, columns=(Column(where, of, "value"), Column(where, of, "one")))
        case Min(of):
            return replace(plain, kind="extremes", where=own, columns=(Column(where, of, "min"),))
        case Max(of):
            return replace(plain, kind="extremes", where=own, columns=(Column(where, of, "max"),))
        case Distinct(of, cap):
            return replace(plain, kind="distinct", where=where, fields=(of,), limit=cap)
        case Top(of, cap=cap) | TopValue(of, cap=cap):
            return replace(plain, kind="counts", where=where, fields=(of,), limit=cap)
        case Recent(of, k):
            return replace(plain, kind="recent", where=where, fields=(of,), limit=k)
        case First(of):
            return replace(plain, kind="first", where=where, fields=(of,))
        case SecondsSince("oldest"):
            return replace(plain, kind="first", where=where)
        case Last(of):
            return replace(plain, kind="last", keep=_newest(feature), where=where, fields=(of,))
        case SecondsSince():
            return replace(plain, kind="last", keep=_newest(feature), where=where)
    raise AssertionError(aggregation)


def _newest(feature: Feature) -> Keep:
    """A window that reaches to now needs its newest event alone, however long it is."""
    return "window" if feature.offset_seconds else "newest"


def groups_of(features: Iterable[Feature]) -> tuple[Group, ...]:
    """The groups of these features, each with all that its features need, in the order first named."""
    merged: dict[tuple[object, ...], Group] = {}
    for feature in features:
        needed = group_of(feature)
        known = merged.get(identity := identity_of(needed))
        merged[identity] = _merge(known, needed) if known else needed
    return tuple(merged.values())


def identity_of(group: Group) -> tuple[object, ...]:
    """What two groups must have alike to be one."""
    # Another cap keeps other values; elsewhere the larger serves both.
    cap = group.limit if group.kind == "counts" else 0
    return (group.entity, group.source, group.kind, group.step_us, group.keep, group.where, group.fields, cap)


def _merge(known: Group, needed: Group) -> Group:
    return replace(
        known,
        columns=tuple(dict.fromkeys((*known.columns, *needed.columns))),
        limit=max(known.limit, needed.limit),
        span_us=max(known.span_us, needed.span_us),
    )
