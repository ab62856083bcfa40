"""The reference of every feature: Polars frames in, values or tiles out.

In: events of silver as frames. Out: values as known at an instant; the tiles of steps.
See: docs/adr/0011-window-meaning.md.
Late: known from `received_at` on, in the step of `occurred_at`.
Twice: silver holds each event once.
"""

from tillstream.features.engines.polars.events import columns_needed, events_of
from tillstream.features.engines.polars.tiles import tiles_of
from tillstream.features.engines.polars.values import Spine, values_of

__all__ = ["Spine", "columns_needed", "events_of", "tiles_of", "values_of"]
