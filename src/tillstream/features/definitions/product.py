"""How a product is doing in the shop and what it costs elsewhere."""

from typing import Final

from tillstream.features.definitions.families import family, ratio
from tillstream.features.definitions.language import Count, Last, Sum, kinds

PRODUCT: Final = (
    *family("product", "views", "1h 1d 7d", Count(), "How often it was looked at.",
            topic="clicks", where=kinds("viewed"), use_cases=("recommend", "price")),
    *family("product", "carts", "1h 1d 7d", Count(), "How often it was put into a cart.",
            topic="clicks", where=kinds("cart_added"), use_cases=("recommend", "price")),
    *family("product", "orders", "1d 7d", Count(), "Order lines that name it.",
            topic="orders", each="lines", where=kinds("placed"), use_cases=("recommend", "price")),
    *family("product", "units", "7d", Sum("quantity"), "Pieces ordered.",
            topic="orders", each="lines", where=kinds("placed"), unit="pieces", use_cases=("price",)),
    *ratio("product__conversion_7d", "product__orders_7d", "product__views_7d",
           "Order lines for each view.", "recommend", "price"),
    *ratio("product__cart_rate_7d", "product__carts_7d", "product__views_7d",
           "Times in a cart for each view.", "recommend", "price"),
    *family("product", "competitor_price", "30d", Last("price_cents"), "What a competitor last asked for it.",
            topic="competitor_prices", unit="cents", suffix="last", use_cases=("price",)),
    *family("product", "stock", "30d", Last("on_hand"), "Pieces on hand; below 0 when more was sold than was there.",
            topic="stock", unit="pieces", suffix="last", use_cases=("recommend", "price")),
    *family("product", "list_price", "365d", Last("price_cents"), "Its list price.",
            topic="products", unit="cents", suffix="last", use_cases=("recommend", "price")),
)  # fmt: skip
