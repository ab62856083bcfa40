"""The shop's list before any model: a logged soft-max, random enough to learn from.

Each place of the list has its own eighth of the catalogue, dealt anew each day, and draws one
product of it; so places are independent, no product stands twice, and the propensity is exact.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Floats, Ints, Random, cumulative, draw

PLACES: Final = 8
POLICY: Final = "history-softmax"
PRICE_POLICY: Final = "history-price-steps"
_UNIFORM_RATIO: Final = 0.1
"""Share of pure chance in every place, so that no propensity is near zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What each visit was shown first: products and propensities, both [visits, PLACES]."""

    products: Ints
    propensities: Floats


def show_lists(popularity: Floats, category: Ints, affinity: Floats, random: Random) -> Shown:
    """A list for each row of `affinity` [visits, categories], the category views the shop remembers."""
    size = len(affinity)
    dealt = random.permutation(len(popularity)).reshape(PLACES, -1)
    products, propensities = np.empty((size, PLACES), np.int64), np.empty((size, PLACES))
    appeal, fondness = np.sqrt(1.0 + popularity), 1.0 + np.log1p(affinity)
    rows = np.arange(size)
    for place in range(PLACES):
        pool = dealt[place]
        weights = appeal[pool] * fondness[:, category[pool]]
        chances = (1 - _UNIFORM_RATIO) * weights / weights.sum(axis=1, keepdims=True) + _UNIFORM_RATIO / len(pool)
        picked = draw(cumulative(chances), random)
        products[:, place], propensities[:, place] = pool[picked], chances[rows, picked]
    return Shown(products, propensities)
