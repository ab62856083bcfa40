"""A feature's values for many ids: whole numbers and fractions as an array, all else as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Longs: TypeAlias = NDArray[np.int64]
Doubles: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(slots=True)  # not frozen: that doubles the time to make one, and a read makes thirty
class Column:
    """One value an id; where `is_missing` the default stands in, which may be None."""

    values: Longs | Doubles
    is_missing: Flags | None = None
    default: Any = None
    is_filled: bool = False
    """Whether the default stands among the values already, NaN for None."""

    def cells(self) -> list[Any]:
        """As Python's values."""
        found: list[Any] = self.values.tolist()
        if self.is_missing is not None:
            for place in np.flatnonzero(self.is_missing).tolist():
                found[place] = self.default
        return found

    def numbers(self) -> Longs | Doubles:
        """Whole numbers as they are if none is missing or all defaults are whole; else doubles, NaN for None."""
        if self.is_missing is None or self.is_filled or not self.is_missing.any():
            return self.values
        if isinstance(self.default, int):
            return np.where(self.is_missing, self.default, self.values)
        return np.where(self.is_missing, np.nan if self.default is None else self.default, self.values)


@dataclass(frozen=True, slots=True)
class Listed:
    """One value an id of those that fit no array: texts, lists, fields of the request. None where nothing is known."""

    values: Sequence[Any]
    default: Any = None

    def cells(self) -> list[Any]:
        """As Python's values."""
        return [self.default if one is None else one for one in self.values]

    def numbers(self) -> Doubles:
        """Doubles, NaN for None; raises ValueError or TypeError where a value is no number."""
        return np.array([np.nan if one is None else one for one in self.cells()], np.float64)


@dataclass(slots=True)
class Single:
    """The value of one id, the default where it has none."""

    value: Any

    def cells(self) -> list[Any]:
        """As Python's value."""
        return [self.value]

    def numbers(self) -> Longs | Doubles:
        """A whole number as it is, NaN for None."""
        return np.array([np.nan if self.value is None else self.value])


AnyColumn: TypeAlias = Column | Listed | Single


def ratio_of(of: AnyColumn, over: AnyColumn) -> Column:
    """One over the other as doubles; missing where either is, or where there is nothing to divide by."""
    one, other = of.numbers().astype(np.float64), over.numbers().astype(np.float64)
    is_missing = np.isnan(one) | np.isnan(other) | (other == 0)
    return Column(np.divide(one, other, out=np.zeros_like(one), where=~is_missing), is_missing)


def difference_of(of: AnyColumn, less: AnyColumn | int) -> Column:
    """One less the other; missing where either is."""
    found: Any = of.numbers() - (less if isinstance(less, int) else less.numbers())
    return Column(found, np.isnan(found)) if found.dtype == np.float64 else Column(found)
