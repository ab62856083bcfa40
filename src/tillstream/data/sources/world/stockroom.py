"""What is on hand: sold by the day, ordered anew when low, sometimes too late."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Bools, Ints, stream

_COVER_DAYS: Final = 14
_FIRST_DAYS: Final = 22
_SMOOTHING: Final = 0.93


@dataclass(frozen=True, slots=True)
class StockChange:
    """A product's stock at the end of a day, or on its arrival in the morning."""

    product: int
    on_hand: int
    change: int
    reason: str


class Stockroom:
    """On hand, one entry a product. Replenishment takes 2 to 9 days; what is sold out cannot be carted."""

    def __init__(self, seed: int, products: int, daily_units: float) -> None:
        self._seed = seed
        random = stream(seed, "stock")
        level = np.maximum(6, daily_units / products * _FIRST_DAYS * random.gamma(4.0, 0.25, products))
        self._level = level
        self.on_hand = level.astype(np.int64)
        self._ordered = np.zeros(products, dtype=bool)
        self._coming: defaultdict[int, list[int]] = defaultdict(list)

    @property
    def in_stock(self) -> Bools:
        """Which products can be bought."""
        return self.on_hand > 0

    def open_day(self, day: int) -> list[StockChange]:
        """What arrives this morning."""
        arrived = []
        for product in self._coming.pop(day, ()):
            change = int(2 * self._level[product])
            self.on_hand[product] += change
            self._ordered[product] = False
            arrived.append(StockChange(product, int(self.on_hand[product]), change, "delivery"))
        return arrived

    def close_day(self, day: int, sold: Ints) -> list[StockChange]:
        """Takes off what was sold (never below 0: the last ones came from the shop window) and orders anew."""
        sold = np.minimum(sold, self.on_hand)
        self.on_hand -= sold
        self._level = np.maximum(5, _SMOOTHING * self._level + (1 - _SMOOTHING) * _COVER_DAYS * sold)
        random = stream(self._seed, "stock", day + 1)
        low = np.flatnonzero((self.on_hand <= np.maximum(1, self._level / 3)) & ~self._ordered)
        self._ordered[low] = True
        for product, wait in zip(low.tolist(), random.integers(2, 10, len(low)).tolist(), strict=True):
            self._coming[day + wait].append(product)
        changed = np.flatnonzero(sold)
        return [StockChange(int(p), int(self.on_hand[p]), -int(sold[p]), "sale") for p in changed]
