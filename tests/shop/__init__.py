"""The one sample shop of the tests: four products, three customers, two days, every topic at least once.

Small enough to know by heart. Ann buys shoes twice; Bob browses lamps and leaves; Eve pays with a stolen card
and the bank takes it back. `shop_events()` gives (topic, event) in the order received.
"""

from tests.shop.events import at, click, new_record, order, payment, product, shop_events, shop_records

__all__ = ["at", "click", "new_record", "order", "payment", "product", "shop_events", "shop_records"]
