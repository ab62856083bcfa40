"""Curves of a judged model, as a run keeps them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillstream.adapters.tracking import Plot

POINTS = 200


def precision_recall(labels: NDArray[Any], scores: Mapping[str, NDArray[Any]], title: str) -> Plot:
    """Precision against recall of each score."""
    lines = {}
    for name, values in scores.items():
        hits = np.cumsum(labels[np.argsort(-values, kind="stable")] > 0)
        lines[name] = _thinned(hits / max(hits[-1], 1), hits / np.arange(1, len(hits) + 1))
    return Plot("precision_recall", title, "recall", "precision", lines)


def reached(labels: NDArray[Any], scores: Mapping[str, NDArray[Any]], title: str) -> Plot:
    """The share of positives among the share of cases with the highest scores."""
    lines = {}
    for name, values in scores.items():
        hits = np.cumsum(labels[np.argsort(-values, kind="stable")] > 0)
        lines[name] = _thinned(np.arange(1, len(hits) + 1) / len(hits), hits / max(hits[-1], 1))
    return Plot("reached", title, "share of customers looked at", "share of leavers among them", lines)


def _thinned(xs: NDArray[Any], ys: NDArray[Any]) -> tuple[list[float], list[float]]:
    at = np.unique(np.linspace(0, len(xs) - 1, POINTS).astype(int))
    return xs[at].tolist(), ys[at].tolist()
