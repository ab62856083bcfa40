"""Ragged rows as two arrays: row i is `values[starts[i]:starts[i + 1]]`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rows:
    """Where each row of a flat array begins; one more entry than rows."""

    starts: Longs

    @classmethod
    def of_lengths(cls, lengths: NDArray[Any]) -> "Rows":
        """Rows that follow each other, of these lengths."""
        return cls(np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64))))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def span(self, row: int) -> slice:
        """The place of one row in the flat array."""
        return slice(int(self.starts[row]), int(self.starts[row + 1]))

    def places(self, rows: NDArray[Any]) -> tuple[Longs, Longs]:
        """Places in the flat array of all entries of `rows`, row after row, and the length of each row."""
        begins = self.starts[rows]
        lengths = self.starts[rows + 1] - begins
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        return np.repeat(begins - (ends - lengths), lengths) + np.arange(total), lengths
