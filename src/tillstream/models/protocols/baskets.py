"""Next baskets: the last basket of each customer is the target; Recall@10, mean over customers."""

import json
from pathlib import Path

import numpy as np

from tillstream.models.datasets.histories import history_of
from tillstream.models.protocols.figures import Figures
from tillstream.models.protocols.sessions import lines_of
from tillstream.models.training.recommend.fit import recommender_of

TOP = 10


def measure_baskets(history: Path, future: Path) -> Figures:
    """Both files: customer -> list of baskets of item numbers; a basket [-1] is padding."""
    past, coming = _baskets(history), _baskets(future)
    scorer = recommender_of(history_of((), past))
    popular = {one.product_id for one in scorer.candidates((), TOP)}
    ours, plain = [], []
    for customer, baskets in coming.items():
        wanted = set(baskets[0])
        found = {one.product_id for one in scorer.candidates((), TOP, customer)}
        ours.append(len(wanted & found) / len(wanted))
        plain.append(len(wanted & popular) / len(wanted))
    name = f"recall@{TOP}"
    return Figures("baskets", {name: float(np.mean(ours))}, {name: float(np.mean(plain))}, "popularity", len(ours))


def _baskets(path: Path) -> dict[str, list[list[str]]]:
    found = json.loads("".join(lines_of(path)))
    kept = {
        customer: [[str(item) for item in basket] for basket in baskets if basket and basket != [-1]]
        for customer, baskets in found.items()
    }
    return {customer: baskets for customer, baskets in kept.items() if baskets}
