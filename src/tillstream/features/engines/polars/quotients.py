"""Division bit for bit as Python does it: Polars multiplies by the reciprocal of a lone divisor, NumPy does not."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

Divisor = pl.Series | float


def quotient(of: pl.Series, over: Divisor) -> pl.Series:
    """One column over another, or over a number; null where either is null or there is nothing to divide by."""
    is_there = of.is_not_null()
    divisor: NDArray[np.float64] | float = over if not isinstance(over, pl.Series) else _floats(over)
    if isinstance(over, pl.Series):
        is_there = is_there & (over.fill_null(0) != 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = pl.Series(_floats(of) / divisor)
    return pl.select(pl.when(is_there).then(values)).to_series()


def _floats(column: pl.Series) -> NDArray[np.float64]:
    return column.cast(pl.Float64).fill_null(0.0).to_numpy()
