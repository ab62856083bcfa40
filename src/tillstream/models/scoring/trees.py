"""Risks by boosted trees: one probability a row, and what each feature did to it."""

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tillstream.core.imports import kept_out

with kept_out("sklearn", "pandas", "pyarrow", "matplotlib", "graphviz", "dask"):
    import lightgbm

TREES = "trees.txt"

Float32 = NDArray[np.float32]
Doubles = NDArray[np.float64]


class TreeScorer:
    """Scores rows whose columns stand in the export's order; LightGBM's own text format, no pickle."""

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self:
        """The scorer of an export's files; their digests were checked before."""
        return cls(lightgbm.Booster(model_str=files[TREES].decode()))

    def score(self, matrix: Float32) -> Doubles:
        """A probability for each row."""
        # One thread: a second one costs more than it brings on a busy machine with rows this few.
        found: Doubles = self._booster.predict(matrix, num_threads=1)
        return found

    def contributions(self, row: Float32) -> Doubles:
        """How far each feature moved the log-odds of one row from the average, in the columns' order."""
        moved: Doubles = self._booster.predict(row.reshape(1, -1), pred_contrib=True, num_threads=1)
        return moved[0, :-1]

    @property
    def base_log_odds(self) -> float:
        """The log-odds of the average row, to which the contributions add up."""
        width = self._booster.num_feature()
        empty = np.full((1, width), math.nan, np.float32)
        return float(self._booster.predict(empty, pred_contrib=True, num_threads=1)[0, -1])


class FraudScorer(TreeScorer):
    """The chance that a payment will be charged back."""


class ChurnScorer(TreeScorer):
    """The chance that a customer does not come back within the horizon."""
