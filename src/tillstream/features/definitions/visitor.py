"""What a visitor is doing now and has an eye for; session features are kept under the visitor."""

from typing import Final

from tillstream.features.definitions.families import family
from tillstream.features.definitions.language import Count, Mean, Recent, SecondsSince, Top, TopValue, kinds

_VIEWED = kinds("viewed")
_TOUCHED = kinds("viewed", "cart_added")

VISITOR: Final = (
    *family("visitor", "clicks", "30m 1d", Count(), "Actions on the page of any kind.",
            topic="clicks", use_cases=("recommend", "price")),
    *family("visitor", "views", "1h 1d", Count(), "Products looked at.",
            topic="clicks", where=_VIEWED, use_cases=("recommend", "price")),
    *family("visitor", "searches", "1h", Count(), "Searches.",
            topic="clicks", where=kinds("searched"), use_cases=("recommend",)),
    *family("visitor", "refreshes", "30m", Count(), "Pages loaded again.",
            topic="clicks", where=kinds("refreshed"), use_cases=("price",)),
    *family("visitor", "carts", "1h 1d", Count(), "Products put into the cart.",
            topic="clicks", where=kinds("cart_added"), use_cases=("recommend", "price")),
    *family("visitor", "hover_mean", "1h", Mean("duration_ms"), "Mean time the pointer rested on a product.",
            topic="clicks", where=kinds("hovered"), unit="ms", use_cases=("recommend",)),
    *family("visitor", "price_mean", "7d", Mean("price_cents"), "Mean price of the products looked at.",
            topic="clicks", where=_VIEWED, unit="cents", use_cases=("recommend", "price")),
    *family("visitor", "seconds_since_click", "30d", SecondsSince(), "Time since the last action.",
            topic="clicks", unit="seconds", suffix="", use_cases=("recommend",)),
    *family("visitor", "recent_products", "7d", Recent("product_id", 20), "Products last looked at, newest first.",
            topic="clicks", where=_VIEWED, default=(), use_cases=("recommend",)),
    *family("visitor", "recent_times", "7d", Recent("product_id", 20, give="times"),
            "When each of visitor__recent_products_7d was last looked at, in microseconds since 1970.",
            topic="clicks", where=_VIEWED, default=(), unit="microseconds", use_cases=("recommend",)),
    *family("visitor", "taste", "7d", Top("category", 12), "Categories looked at or put into the cart, with counts.",
            topic="clicks", where=_TOUCHED, default={}, use_cases=("recommend",)),
    *family("visitor", "top_category", "1h", TopValue("category"), "The category most looked at in this session.",
            topic="clicks", where=_TOUCHED, use_cases=("recommend",)),
    *family("visitor", "orders", "30d", Count(), "Orders placed.",
            topic="orders", where=kinds("placed"), use_cases=("recommend", "price")),
)  # fmt: skip
