"""Real logs in: a file and a mapping that says what its events are.

In: CSV, JSON lines, Parquet, plain lines, gzipped too; a mapping (TOML). Out: records with their own past.
Late: an event's `lag` is its mapping's; what would be received later than now is held back and counted.
Twice: ids come from the file, and the shift of the first run is remembered, so a second run adds nothing.
See: docs/howto/real-logs.md.
"""

from tillstream.data.sources.replay.mapping import Mapping, load_mapping
from tillstream.data.sources.replay.sending import Replayed, replay
from tillstream.data.sources.replay.shaping import shape

__all__ = ["Mapping", "Replayed", "load_mapping", "replay", "shape"]
