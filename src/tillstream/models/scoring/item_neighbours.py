"""Which products go with a product: a sparse table of its strongest neighbours."""

import numpy as np

from tillstream.models.scoring.rows import Floats, Ints, Longs, Rows


class ItemNeighbours:
    """A row a product: neighbours and their weights."""

    def __init__(self, rows: Rows, items: Ints, weights: Floats) -> None:
        self._rows, self._items, self._weights = rows, items, weights

    def scores(self, seeds: Longs, say: Floats) -> Floats | None:
        """The weighted sum of the seeds' rows, the largest 1; None where they have no neighbour."""
        places, lengths = self._rows.places(seeds)
        if not len(places):
            return None
        weights = self._weights[places] * np.repeat(say, lengths)
        found = np.bincount(self._items[places], weights=weights, minlength=len(self._rows))
        top = found.max()
        return (found / top).astype(np.float32) if top > 0 else None

    def weight(self, seed: int, product: int) -> float:
        """How strongly `product` stands in the row of `seed`; 0 where it does not."""
        span = self._rows.span(seed)
        at = np.flatnonzero(self._items[span] == product)
        return float(self._weights[span][at[0]]) if len(at) else 0.0
