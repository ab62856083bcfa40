"""Windows of sums and of newest events, without a join.

How much had been received of a key by T that happened before X is one binary search into a cumulative sum, less the few
events that are before X and were received after T. A window is the difference of two of these.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tillstream.features.definitions.groups import Column
from tillstream.features.definitions.language import EXACT_INSTANTS, MINUTE, Feature
from tillstream.features.definitions.schema import ALWAYS_US
from tillstream.features.engines.polars.events import matches
from tillstream.features.engines.polars.searches import Ints, Ordered, pairs_of

_AHEAD_US = MINUTE * 10**6


@dataclass(frozen=True)
class Reach:
    """For each row of a spine: what it had received, and its window from `first` up to, not including, `end`.

    `most_instants` says that only events at the newest so many instants known count.
    """

    codes: Ints
    known_us: Ints
    first: Ints
    end: Ints
    is_open: bool
    """Whether windows reach to whatever is known."""
    least_late_us: int
    """How late an event must be received, at least, to be before a window's end or beginning and not yet known."""
    most_instants: int | None = None


@dataclass(frozen=True)
class Asked:
    """The rows of a spine for one entity: whose (a code, -1 for nobody we know events of) and when."""

    codes: Ints
    at_us: Ints

    def reach(self, feature: Feature, most_instants: int | None = None) -> Reach:
        """The windows of a feature."""
        first, end = _bounds(feature, self.at_us)
        offset_us = feature.offset_seconds * 10**6
        is_open = not offset_us
        return Reach(
            codes=self.codes,
            known_us=self.at_us if feature.counts_current else self.at_us - 1,
            first=first,
            end=end,
            is_open=is_open,
            least_late_us=offset_us
            or (ALWAYS_US if feature.window_seconds is None else feature.window_seconds * 10**6),
            most_instants=most_instants,
        )


def _bounds(feature: Feature, at_us: Ints) -> tuple[Ints, Ints]:
    """What schema.bounds_us says of each instant."""
    step, ago_us = feature.step_us, at_us - feature.offset_seconds * 10**6
    first = np.full(len(at_us), -ALWAYS_US)
    if feature.window_seconds is not None:
        first = (ago_us - feature.window_seconds * 10**6) // step * step
    return first, ago_us // step * step if feature.offset_seconds else np.full(len(at_us), ALWAYS_US)


class Timeline:
    """The events of one source, `code`, `at`, `received` and `place` among their columns, in both orders of time."""

    def __init__(self, events: pl.DataFrame) -> None:
        self.events = events
        self.codes, self.at, self.received, self.place = (
            events[name].to_numpy() for name in ("code", "at", "received", "place")
        )
        self._known: dict[tuple[int, int], tuple[Ints, Ints, Reach]] = {}

    @cached_property
    def by_received(self) -> Ordered:
        """By key and time of receipt."""
        return Ordered(self.codes, self.received)

    @cached_property
    def by_at(self) -> Ordered:
        """By key and event time."""
        return Ordered(self.codes, self.at)

    def known(self, reach: Reach) -> tuple[Ints, Ints]:
        """Positions in by_received: of the key's first event, and after the last that was known.

        Features that ask the same rows as of the same times share them.
        """
        asked = id(reach.codes), id(reach.known_us)
        if asked not in self._known:
            order = self.by_received
            # The reach is kept with them, so that its arrays' ids are not given to others.
            self._known[asked] = order.starts(reach.codes), order.up_to(reach.codes, reach.known_us), reach
        return self._known[asked][:2]

    @cached_property
    def by_age(self) -> Ints:
        """By event time, then place."""
        return np.lexsort((self.place, self.at))

    @cached_property
    def has_ties(self) -> bool:
        """Whether two are of one time and place, as elements of one event are."""
        at, place = self.at[self.by_age], self.place[self.by_age]
        return bool(((at[1:] == at[:-1]) & (place[1:] == place[:-1])).any())


class Sums:
    """The columns of one group over a timeline."""

    def __init__(self, columns: tuple[Column, ...], timeline: Timeline) -> None:
        events = timeline.events.with_columns(weight_of(column).alias(f"#{n}") for n, column in enumerate(columns))
        weights = events.select(f"#{n}" for n in range(len(columns))).to_numpy()
        self._line, self._weights = timeline, weights.astype(np.int64, copy=False).reshape(-1, len(columns))
        self._known = _running(self._weights[timeline.by_received.order])
        self._happened = _running(self._weights[timeline.by_at.order])

    def of(self, reach: Reach) -> Ints:
        """One row for each row asked, one column for each column of the group."""
        # Cumulative sums run over all keys, and what smaller keys hold is the same in both.
        until = self._known[self._line.known(reach)[1]] if reach.is_open else self._known_before(reach, reach.end)
        total: Ints = until - self._known_before(reach, reach.first)
        return total

    def _known_before(self, reach: Reach, edge: Ints) -> Ints:
        line = self._line
        total: Ints = self._happened[line.by_at.before(reach.codes, edge)].copy()
        late = np.flatnonzero(line.received - line.at >= reach.least_late_us)
        rows, found = pairs_of(reach.codes, line.codes[late])
        events = late[found]
        both = (line.at[events] < edge[rows]) & (line.received[events] > reach.known_us[rows])
        np.subtract.at(total, rows[both], self._weights[events[both]])
        return total


class Newest:
    """The newest event by event time, then place, then field, among those known that `counts` names (a mask)."""

    def __init__(self, timeline: Timeline, counts: NDArray[np.bool_], field: str | None) -> None:
        size = len(counts)
        by_age = timeline.by_age
        if field is not None and timeline.has_ties:
            ties = timeline.events[field].rank("dense").fill_null(0).to_numpy()
            by_age = np.lexsort((ties, timeline.place, timeline.at))
        ages = np.empty(size, np.int64)
        ages[by_age] = np.arange(1, size + 1)
        ages[~counts] = 0
        order = timeline.by_received.order
        # A larger code outweighs every age, so the running maximum starts afresh with each key.
        newest = np.maximum.accumulate(timeline.codes[order] * (size + 1) + ages[order]) % (size + 1)
        self._line, self._newest, self._by_age = timeline, newest, by_age

    def of(self, reach: Reach) -> tuple[Ints, Ints]:
        """Rows that have one in their open window, and which event it is."""
        starts, end = self._line.known(reach)
        rows = np.flatnonzero(end > starts)
        ages = self._newest[end[rows] - 1]
        rows, events = rows[ages > 0], self._by_age[ages[ages > 0] - 1]
        within = self._line.at[events] >= reach.first[rows]
        return rows[within], events[within]


def exceeds_instants(events: pl.DataFrame, span_us: int) -> bool:
    """Whether any key has more instants within a span than an exact tail keeps."""
    instants = events.select("code", "at").unique().sort("code", "at")
    within = pl.col("at").shift(-EXACT_INSTANTS).over("code") - pl.col("at") <= span_us + _AHEAD_US
    return bool(instants.select(within.any()).item())


def _running(weights: Ints) -> Ints:
    return np.concatenate((np.zeros((1, weights.shape[1]), np.int64), np.cumsum(weights, axis=0)))


def weight_of(column: Column) -> pl.Expr:
    """What an event adds to a column."""
    counted = matches(column.where)
    if column.of is not None:
        counted = counted & pl.col(column.of).is_not_null()
    value = pl.col(column.of).cast(pl.Int64) if column.adds == "value" and column.of else pl.lit(1, pl.Int64)
    return pl.when(counted).then(value).otherwise(0)
