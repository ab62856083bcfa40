"""How far the live engine was, as one partition of feature_updates.v1 shows it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Progress:
    """Offsets of source partitions, one column each; `topics` says which columns are one topic's.

    A writer may stand between two records of one transaction. So what a header says is `done` for a topic only once
    a later transaction has said more of that topic.
    """

    def __init__(self, topics: Sequence[slice]) -> None:
        self._topics = topics
        self._seen = np.zeros(topics[-1].stop if topics else 0, np.int64)
        self.done = self._seen.copy()
        self.released_us = 0

    def see(self, offsets: NDArray[np.int64]) -> None:
        """Takes in the header of a record that the live engine sent."""
        if not (offsets > self._seen).any():
            return
        for of in self._topics:
            if (offsets[of] > self._seen[of]).any():
                self.done[of] = self._seen[of]
        self._seen = np.maximum(self._seen, offsets)
