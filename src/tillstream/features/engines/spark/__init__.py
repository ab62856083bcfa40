"""Features on Spark: the tiles and the values of the Polars reference, from frames that need not fit one machine.

In: silver as Spark frames, a schema. Out: records of tiles; values at the rows of a spine.
See: docs/howto/define-a-feature.md#engines, docs/adr/0011-window-meaning.md.
Late: known from `received_at` on, in the step of `occurred_at`.
Twice: silver holds each event once; the same rows give the same bytes.
"""

from tillstream.features.engines.spark.events import columns_of_source, events_of
from tillstream.features.engines.spark.records import keyed_tiles
from tillstream.features.engines.spark.tiles import Owned, tiles_of
from tillstream.features.engines.spark.values import values_of

__all__ = ["Owned", "columns_of_source", "events_of", "keyed_tiles", "tiles_of", "values_of"]
