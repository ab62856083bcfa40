"""How a category is doing, and its promotions."""

from typing import Final

from tillstream.features.definitions.aggregations import Count, Distinct, Last, Mean, SecondsSince, Sum
from tillstream.features.definitions.families import family, ratio
from tillstream.features.definitions.language import kinds

_VIEWED = kinds("viewed")
_CARTED = kinds("cart_added")

CATEGORY: Final = (
    *family("category", "views", "1h 1d 7d 30d", Count(), "Products looked at.",
            topic="clicks", key="category", where=_VIEWED),
    *family("category", "carts", "1h 1d 7d 30d", Count(), "Products put into a cart.",
            topic="clicks", key="category", where=_CARTED),
    *family("category", "cart_value", "1h 1d 7d 30d", Sum("price_cents"), "Prices of the products put into a cart.",
            topic="clicks", key="category", where=_CARTED, unit="cents"),
    *family("category", "price_mean", "1d 7d 30d", Mean("price_cents"), "Mean price of the products looked at.",
            topic="clicks", key="category", where=_VIEWED, unit="cents"),
    *ratio("category__cart_rate_1d", "category__carts_1d", "category__views_1d", "Times in a cart for each view."),
    *ratio("category__cart_rate_7d", "category__carts_7d", "category__views_7d", "Times in a cart for each view."),
    *ratio("category__cart_rate_30d", "category__carts_30d", "category__views_30d", "Times in a cart for each view."),
    *family("category", "discount", "30d", Last("discount_ratio"), "Discount of the last promotion of all of it.",
            topic="promotions", key="category", unit="ratio", suffix="last"),

    *family("category", "views", "5m", Count(), "Products looked at.",
            topic="clicks", key="category", where=_VIEWED, online=False),
    *family("category", "carts", "5m", Count(), "Products put into a cart.",
            topic="clicks", key="category", where=_CARTED, online=False),
    *family("category", "viewers", "1h 1d 7d 30d", Distinct("visitor_id", cap=1_024), "Different visitors who looked.",
            topic="clicks", key="category", where=_VIEWED, online=False),
    *family("category", "seconds_since_view", "7d", SecondsSince(), "Time since a product of it was last looked at.",
            topic="clicks", key="category", where=_VIEWED, unit="seconds", suffix="", online=False),
)  # fmt: skip
