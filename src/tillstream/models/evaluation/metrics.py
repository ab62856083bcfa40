"""Measures of a ranking, a risk and a demand; plain numpy, ties as stated."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Numbers = NDArray[Any]


def ranking_area(labels: Numbers, scores: Numbers) -> float:
    """The chance that a positive scores above a negative (AUC); ties count half, NaN without both kinds."""
    positive = labels > 0
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def average_precision(labels: Numbers, scores: Numbers) -> float:
    """Mean precision at each positive, best score first; equal scores share the precision at their end."""
    order = np.argsort(-scores, kind="stable")
    hits, seen = np.cumsum(labels[order] > 0), np.arange(1, len(order) + 1)
    if not len(order) or not hits[-1]:
        return float("nan")
    ends = np.flatnonzero(np.diff(scores[order], append=np.nan) != 0)
    found = np.diff(hits[ends], prepend=0)
    return float((found * hits[ends] / seen[ends]).sum() / hits[-1])


def card_precision(days: Numbers, cards: Numbers, labels: Numbers, scores: Numbers, top: int = 100) -> float:
    """Of the `top` cards by their highest score each day, the share that is compromised; mean over days.

    A card that was found is not looked at again. Fraud Detection Handbook, chapter 4.
    """
    found: set[Any] = set()
    daily = []
    for day in np.unique(days):
        rows = np.flatnonzero(days == day)
        rows = rows[~np.isin(cards[rows], list(found))]
        ranked = cards[rows[np.argsort(-scores[rows], kind="stable")]]
        _, first = np.unique(ranked, return_index=True)
        best = ranked[np.sort(first)][:top]
        hits = set(best.tolist()) & set(cards[rows][labels[rows] > 0].tolist())
        found |= hits
        daily.append(len(hits) / top)
    return float(np.mean(daily)) if daily else float("nan")


def poisson_gain(counts: Numbers, expected: Numbers) -> Doubles:
    """Log-likelihood of each count under its expectation, without the part that no model changes."""
    safe = np.maximum(expected, 1e-12)
    gain: Doubles = counts * np.log(safe) - safe
    return gain
