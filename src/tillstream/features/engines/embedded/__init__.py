"""The live engine without a cluster: events of the log to whole tiles, kept in the output topic's own file.

In: records of the source topics. Out: records of feature_updates.v1.
See: docs/adr/0005-whole-tiles-one-writer.md, docs/adr/0011-window-meaning.md.
Late: counts while its step is open; for a released step it is counted in `late_to_batch` and left to batch.
Behind: a long backlog is left to batch unread, counted in `left_to_batch`; readers wait for batch then.
Twice: output, state and offsets are one transaction; a record below the kept offset is not looked at again.
"""

from tillstream.features.engines.embedded.counting import Outcome
from tillstream.features.engines.embedded.engine import Batch, LiveEngine
from tillstream.features.engines.embedded.state import State
from tillstream.features.engines.embedded.worker import FeatureWorker

__all__ = ["Batch", "FeatureWorker", "LiveEngine", "Outcome", "State"]
