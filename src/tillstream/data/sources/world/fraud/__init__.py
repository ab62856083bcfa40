"""Fraudsters at work: six patterns, each its own function; friendly fraud lies with honest orders.

In: a day and its victims. Out: clicks, accounts, orders, payments, and chargebacks weeks later.
Late: chargebacks come 3 to 30 days after their payment; one in ten never comes.
Twice: the same seed gives the same attacks.
See: docs/howto/shop-world.md.
"""

from tillstream.data.sources.world.fraud.crew import Crew, Fresh
from tillstream.data.sources.world.fraud.patterns import attack
from tillstream.data.sources.world.fraud.rings import Rings

__all__ = ["Crew", "Fresh", "Rings", "attack"]
