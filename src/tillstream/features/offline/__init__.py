"""Values from the lake: training sets, the release of steps.

In: silver, a spine. Out: training rows; tiles of released steps.
See: docs/adr/0011-window-meaning.md.
Late: a row at T sees only what had been received by T; a released step is computed again.
Twice: the same rows of silver give the same values and tiles.
"""

from tillstream.features.offline.training_set import training_set

__all__ = ["training_set"]
