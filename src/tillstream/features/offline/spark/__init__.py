"""What batch owes, and training sets, computed by Spark over the lake.

In: silver as Delta tables, a spine. Out: the tiles that a release sends, byte for byte those of Polars; training rows.
See: docs/howto/define-a-feature.md#engines, docs/adr/0005-whole-tiles-one-writer.md.
Late: a released step that a later row of silver changed is sent again.
Twice: the same rows of silver give the same tiles.
"""

from tillstream.features.offline.spark.owed import owed_by_spark
from tillstream.features.offline.spark.silver import Frames, frames_of_lake
from tillstream.features.offline.spark.training_set import training_set

__all__ = ["Frames", "frames_of_lake", "owed_by_spark", "training_set"]
