"""The proof that engines agree: each value of each entity at each position of the online writer, compared.

In: feature_updates.v1, silver, engines. Out: how many triples, those that differ, the first with its events.
See: docs/howto/prove-parity.md, docs/adr/0011-window-meaning.md.
Late: counts from the tile on whose header says so, in every engine.
Twice: a position is the same tiles and the same rows of silver whenever it is asked.
"""

from tillstream.features.parity.comparing import Difference, Engine, Moment, Tally, Values, compare
from tillstream.features.parity.history import History
from tillstream.features.parity.reference import PolarsReference

__all__ = ["Difference", "Engine", "History", "Moment", "PolarsReference", "Tally", "Values", "compare"]
