"""A page that shows what a world looks like.

In: WorldSettings; the world is simulated anew, which gives the same events. Out: one HTML file, pictures inside.
Late: late events are counted at the hour they occurred.
Twice: the same settings give the same page.
See: docs/howto/shop-world.md.
"""

from tillstream.data.sources.world.plots.page import write_page
from tillstream.data.sources.world.plots.tally import Tally, tally_of

__all__ = ["Tally", "tally_of", "write_page"]
