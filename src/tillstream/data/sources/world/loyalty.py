"""Why customers leave, and when: hurts add up and heal; one that is too much ends it."""

from collections import defaultdict
from typing import Final

import numpy as np
import numpy.typing as npt

from tillstream.data.sources.world.arrays import Bools, Floats, Ints, cumulative, draw, stream
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.population import Population

CAUSES: Final = ("out_of_stock", "bad_delivery", "price", "competitor", "life")
OUT_OF_STOCK, BAD_DELIVERY, PRICE, COMPETITOR, LIFE = range(len(CAUSES))
_WEIGHTS: Final = np.array([0.02, 0.30, 0.009, 0.007])
"""Daily chance to leave for one unhealed hurt of each cause but life."""
_LIFE_CHANCE: Final = 0.0018
_HEALING_RATIO: Final = 0.7
"""What is left of a hurt a day later."""
_FADING_DAYS, _FADING_ENERGY = 12, 0.55
STAYS: Final = -1


class Loyalty:
    """Each customer's hurts and departure. Leaving is a decision on one day; visits then fade out in 12 days."""

    def __init__(self, population: Population, seed: int, *, signal: bool) -> None:
        self._seed, self._signal = seed, signal
        self._hurts = np.zeros((population.size, len(CAUSES) - 1))
        self._leaves = np.array([p.leaves for p in PERSONAS])[population.persona]
        self._coming: defaultdict[int, list[tuple[int, int, float]]] = defaultdict(list)
        self.left_day = np.full(population.size, STAYS)
        self.cause = np.full(population.size, STAYS)

    def energy(self, day: int, registered: Bools) -> Floats:
        """What multiplies each customer's visits on a day: 1 as usual, 0 when gone or not yet here."""
        if not self._signal:
            return registered.astype(float)
        since = day - self.left_day
        fading = np.maximum(0.0, 1 - since / _FADING_DAYS) * _FADING_ENERGY
        return np.where(self.left_day == STAYS, 1.0, fading) * registered

    def hurt(self, customers: Ints, cause: int, weight: npt.NDArray[np.floating]) -> None:
        """Adds hurts today; a customer may stand several times."""
        self._hurts[:, cause] += np.bincount(customers, weights=weight, minlength=len(self._hurts))

    def hurt_later(self, day: int, customer: int, cause: int, weight: float) -> None:
        """Notes a hurt of a day to come."""
        self._coming[day].append((customer, cause, weight))

    def end_day(self, day: int, registered: Bools) -> None:
        """Lets those go who have had enough; heals the others."""
        if not self._signal:
            return
        for customer, cause, weight in self._coming.pop(day, ()):
            self._hurts[customer, cause] += weight
        random = stream(self._seed, "loyalty", day)
        chances = np.concatenate([self._hurts * _WEIGHTS, np.full((len(self._hurts), 1), _LIFE_CHANCE)], axis=1)
        total = chances.sum(axis=1) * self._leaves
        going = np.flatnonzero(registered & (self.left_day == STAYS) & (random.random(len(total)) < total))
        self.left_day[going] = day
        self.cause[going] = draw(cumulative(chances[going]), random) if len(going) else 0
        self._hurts *= _HEALING_RATIO
