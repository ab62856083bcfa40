"""A training set's columns as the float32 matrix that scorers read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tillstream.features.definitions import Feature
from tillstream.models.scoring.payment import NEVER

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Slot:
    """A column of the matrix and what stands where it has no value."""

    name: str
    default: float

    @classmethod
    def of(cls, feature: Feature) -> "Slot":
        """The slot of a feature with a number; a feature without a default gets -1, which no value is."""
        default = feature.default
        return cls(feature.name, float(default) if isinstance(default, int | float) else NEVER)


def numeric_features(features: Sequence[Feature]) -> tuple[Feature, ...]:
    """Those whose value is one number, personal ones left out."""
    return tuple(feature for feature in features if feature.is_numeric and not feature.personal)


def matrix_of(frame: pl.DataFrame, slots: Sequence[Slot]) -> Float32:
    """The slots' columns in order, gaps filled."""
    columns = [frame[slot.name].cast(pl.Float32).fill_null(slot.default).fill_nan(slot.default) for slot in slots]
    if not columns:
        return np.zeros((frame.height, 0), np.float32)
    return np.column_stack([column.to_numpy() for column in columns]).astype(np.float32, copy=False)
