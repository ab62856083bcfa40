"""Simulated visitors against a running shop: they ask for their list and price, see them, and react.

In: a world that has run, and an API's address. Out: impressions, clicks, orders, payments, each with the
decision it answers, sent to `POST /v1/events`.
Late: events leave as they happen; while the API is down they wait in order and are sent when it is back.
Twice: a lot that is sent again carries the same ids; copies fall out in silver.
See: docs/howto/shop-world.md.
"""

from tillstream.data.sources.world.live.counts import Counts
from tillstream.data.sources.world.live.shop import Shop
from tillstream.data.sources.world.live.traffic import LiveSettings, run_visitors

__all__ = ["Counts", "LiveSettings", "Shop", "run_visitors"]
