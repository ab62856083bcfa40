"""The simulated shop: sixteen kinds of people, a catalogue, a market, and a truth that is kept apart.

In: WorldSettings. Out: days of events in order of received_at; live visitors against an API; a page of plots.
Late: one event in fifty is received minutes to hours after it occurred, one in 500 up to two days after.
Twice: the same settings give the same bytes, ids included, so a second run adds nothing.
See: docs/howto/shop-world.md.
"""

from tillstream.data.sources.world.settings import WorldSettings
from tillstream.data.sources.world.simulation import Day, World, simulate_days
from tillstream.data.sources.world.timeline import Rows

__all__ = ["Day", "Rows", "World", "WorldSettings", "simulate_days"]
