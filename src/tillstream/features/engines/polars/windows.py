"""Windows of sums and of last values, without a join.

`Known by T` minus `before the window's first step` plus the few that are both before it and not known yet:
each part is one binary search into a cumulative sum.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tillstream.features.definitions.schema import Column
from tillstream.features.engines.polars.events import matches
from tillstream.features.engines.polars.searches import Ints, Ordered, pairs_of


@dataclass(frozen=True)
class Asked:
    """The rows of a spine for one entity: whose (a code, -1 for nobody we know events of) and when."""

    codes: Ints
    at_us: Ints

    def first_us(self, window_us: int, step_us: int) -> Ints:
        """Where each row's window begins: at a step's edge."""
        first: Ints = (self.at_us - window_us) // step_us * step_us
        return first


class Timeline:
    """The events of one source, `code`, `at`, `received` and `place` among their columns, in both orders of time."""

    def __init__(self, events: pl.DataFrame) -> None:
        self.events = events
        self.codes, self.at, self.received, self.place = (
            events[name].to_numpy() for name in ("code", "at", "received", "place")
        )

    @cached_property
    def by_received(self) -> Ordered:
        """By key and time of receipt."""
        return Ordered(self.codes, self.received)

    @cached_property
    def by_at(self) -> Ordered:
        """By key and event time."""
        return Ordered(self.codes, self.at)


class Sums:
    """The columns of one group over a timeline."""

    def __init__(self, columns: tuple[Column, ...], timeline: Timeline) -> None:
        events = timeline.events.with_columns(weight_of(column).alias(f"#{n}") for n, column in enumerate(columns))
        weights = events.select(f"#{n}" for n in range(len(columns))).to_numpy()
        self._line, self._weights = timeline, weights.astype(np.int64, copy=False).reshape(-1, len(columns))
        self._known = _running(self._weights[timeline.by_received.order])
        self._happened = _running(self._weights[timeline.by_at.order])

    def of(self, asked: Asked, window_us: int, step_us: int) -> Ints:
        """One row for each row asked, one column for each column of the group."""
        line, first = self._line, asked.first_us(window_us, step_us)
        known = self._known[line.by_received.up_to(asked.codes, asked.at_us)]
        before = self._happened[line.by_at.before(asked.codes, first)]
        # Both cumulative sums run over all keys, and what smaller keys hold is the same in both.
        total: Ints = known - before
        late = np.flatnonzero(line.received - line.at > window_us)
        rows, found = pairs_of(asked.codes, line.codes[late])
        events = late[found]
        both = (line.at[events] < first[rows]) & (line.received[events] > asked.at_us[rows])
        np.add.at(total, rows[both], self._weights[events[both]])
        return total


class Newest:
    """The newest event by event time, then place, among those known that `counts` names (a mask over the timeline)."""

    def __init__(self, timeline: Timeline, counts: NDArray[np.bool_]) -> None:
        size = len(counts)
        by_age = np.lexsort((timeline.place, timeline.at))
        ages = np.empty(size, np.int64)
        ages[by_age] = np.arange(1, size + 1)
        ages[~counts] = 0
        order = timeline.by_received.order
        # A larger code outweighs every age, so the running maximum starts afresh with each key.
        newest = np.maximum.accumulate(timeline.codes[order] * (size + 1) + ages[order]) % (size + 1)
        self._line, self._newest, self._by_age = timeline, newest, by_age

    def of(self, asked: Asked, window_us: int, step_us: int) -> tuple[Ints, Ints]:
        """Rows that have one in their window, and which event it is."""
        end = self._line.by_received.up_to(asked.codes, asked.at_us)
        rows = np.flatnonzero(end > self._line.by_received.starts(asked.codes))
        ages = self._newest[end[rows] - 1]
        rows, events = rows[ages > 0], self._by_age[ages[ages > 0] - 1]
        within = self._line.at[events] >= asked.first_us(window_us, step_us)[rows]
        return rows[within], events[within]


def _running(weights: Ints) -> Ints:
    return np.concatenate((np.zeros((1, weights.shape[1]), np.int64), np.cumsum(weights, axis=0)))


def weight_of(column: Column) -> pl.Expr:
    """What an event adds to a column."""
    counted = matches(column.where)
    if column.of is not None:
        counted = counted & pl.col(column.of).is_not_null()
    value = pl.col(column.of).cast(pl.Int64) if column.adds == "value" and column.of else pl.lit(1, pl.Int64)
    return pl.when(counted).then(value).otherwise(0)
