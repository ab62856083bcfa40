"""Demand as a function of price, and the price that earns most."""

import json
from collections.abc import Mapping, Sequence

import numpy as np

from tillstream.models.scoring.arrays import array_of
from tillstream.models.scoring.rows import Floats

ARRAYS = ("elasticity", "base", "reference_cents")
STEPS = 61
"""Prices looked at between the lowest and the highest."""


class PriceScorer:
    """demand(price) = base * (price / reference) ** -elasticity, one product a row.

    A product the model does not know answers with the whole shop's elasticity.
    """

    def __init__(
        self, product_ids: Sequence[str], elasticity: Floats, base: Floats, reference_cents: Floats, shop: float
    ) -> None:
        self._place = {product_id: place for place, product_id in enumerate(product_ids)}
        self._elasticity, self._base, self._reference, self._shop = elasticity, base, reference_cents, shop

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> "PriceScorer":
        """The scorer of an export's files; their digests were checked before."""
        shop = float(json.loads(files["shop.json"])["elasticity"])
        elasticity, base, reference = (array_of(files[f"{name}.npy"]) for name in ARRAYS)
        return cls(json.loads(files["products.json"]), elasticity, base, reference, shop)

    def elasticity(self, product_id: str) -> float:
        """Per cent of demand for one per cent of price; negative where dearer sells less."""
        place = self._place.get(product_id)
        return -self._shop if place is None else -float(self._elasticity[place])

    def demand(self, product_id: str, price_cents: int) -> float:
        """Expected sales for one look at the product, or a day where looks are not known; 0 for an unknown product."""
        place = self._place.get(product_id)
        if place is None:
            return 0.0
        relative = max(price_cents, 1) / float(self._reference[place])
        return float(self._base[place] * relative ** self.elasticity(product_id))

    def best_price(
        self, product_id: str, list_price_cents: int, cost_cents: int, lowest: float = 0.7, highest: float = 1.3
    ) -> int:
        """The price between these shares of the list price that earns most; a tie goes to the lower one."""
        prices = np.rint(np.linspace(lowest, highest, STEPS) * list_price_cents)
        relative = np.maximum(prices, 1.0) / max(list_price_cents, 1)
        profit = (prices - cost_cents) * relative ** self.elasticity(product_id)
        return int(prices[int(np.argmax(profit))])
