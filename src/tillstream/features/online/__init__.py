"""The packed store: one row an entity, one writer, readers that sum tiles at the moment of the request.

In: records of feature_updates.v1; ids and an instant. Out: rows in the store; FeatureRows.
See: docs/adr/0005-whole-tiles-one-writer.md, docs/adr/0011-window-meaning.md.
Late: a tile that comes again replaces the one of its step.
Twice: a record below the writer's position is not applied again.
"""

from tillstream.features.online.reader import FeatureReader
from tillstream.features.online.rows import FeatureRows
from tillstream.features.online.writer import OnlineWriter

__all__ = ["FeatureReader", "FeatureRows", "OnlineWriter"]
