"""Boosted trees with the shipped settings; the same rows and seed give the same text."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillstream.core.imports import kept_out
from tillstream.models.datasets.matrices import Float32

with kept_out("sklearn", "pandas"):
    import lightgbm


@dataclass(frozen=True, slots=True)
class TreeSettings:
    """How trees are grown; `rising` names features whose growth never lowers the risk."""

    num_leaves: int = 8
    learning_rate: float = 0.05
    rounds: int = 150
    min_data_in_leaf: int = 20
    lambda_l2: float = 1.0
    feature_fraction: float = 0.7
    rising: tuple[str, ...] = ()

    def parameters(self, names: Sequence[str], seed: int) -> dict[str, Any]:
        """As LightGBM names them, for features of these names."""
        own = {name: value for name, value in asdict(self).items() if name not in ("rounds", "rising")}
        if self.rising:
            own["monotone_constraints"] = [int(name in self.rising) for name in names]
        fixed = {
            "objective": "binary",
            "verbosity": -1,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
        }
        return {**own, **fixed, "seed": seed}


def fit_trees(
    matrix: Float32, labels: NDArray[np.float64], names: Sequence[str], settings: TreeSettings, seed: int
) -> bytes:
    """LightGBM's text of the fitted trees."""
    data = lightgbm.Dataset(matrix, labels, feature_name=names, params={"verbosity": -1})
    booster = lightgbm.train(settings.parameters(names, seed), data, settings.rounds)
    return str(booster.model_to_string()).encode()
