"""What a visitor is doing now and has an eye for; what is of a session now is kept under the visitor."""

from typing import Final

from tillstream.features.definitions.aggregations import (
    Count,
    Decayed,
    Distinct,
    Given,
    Last,
    Max,
    Mean,
    Min,
    Recent,
    SecondsSince,
    Sum,
    Top,
    TopValue,
)
from tillstream.features.definitions.families import asked, difference, family, ratio
from tillstream.features.definitions.language import DAY, Feature, kinds

_VIEWED = kinds("viewed")
_TOUCHED = kinds("viewed", "cart_added")


def _since(what: str, description: str, *kind: str) -> tuple[Feature, ...]:
    return family("visitor", f"seconds_since_{what}", "7d", SecondsSince(), description,
                  topic="clicks", where=kinds(*kind), unit="seconds", suffix="")  # fmt: skip


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

    *family("visitor", "clicks", "1h 7d", Count(), "Actions on the page of any kind.", topic="clicks"),
    *family("visitor", "views", "7d", Count(), "Products looked at.", topic="clicks", where=_VIEWED),
    *family("visitor", "searches", "1d 7d", Count(), "Searches.", topic="clicks", where=kinds("searched")),
    *family("visitor", "carts", "7d", Count(), "Products put into the cart.",
            topic="clicks", where=kinds("cart_added")),
    *family("visitor", "cart_removals", "1h 1d", Count(), "Products taken out of the cart.",
            topic="clicks", where=kinds("cart_removed")),
    *family("visitor", "checkouts", "1h 1d 7d", Count(), "Checkouts started.",
            topic="clicks", where=kinds("checkout_started")),
    *family("visitor", "abandonments", "1h 1d 7d", Count(), "Checkouts given up.",
            topic="clicks", where=kinds("checkout_abandoned")),
    *family("visitor", "hover_sum", "1h 1d", Sum("duration_ms"), "Time the pointer rested on products.",
            topic="clicks", where=kinds("hovered"), unit="ms"),
    *family("visitor", "scroll_depth", "1h", Max("scroll_ratio"), "How far down a page was scrolled at most.",
            topic="clicks", where=kinds("scrolled"), unit="ratio"),
    *family("visitor", "scroll_mean", "1h 1d", Mean("scroll_ratio"), "How far down pages were scrolled, on average.",
            topic="clicks", where=kinds("scrolled"), unit="ratio"),
    *family("visitor", "cart_value", "1h 1d", Sum("price_cents"), "Prices of the products put into the cart.",
            topic="clicks", where=kinds("cart_added"), unit="cents"),
    *_since("cart", "Time since a product was last put into the cart.", "cart_added"),
    *_since("checkout", "Time since a checkout was last started.", "checkout_started"),
    *_since("payment_entered", "Time since payment details were last entered.", "payment_entered"),
    *family("visitor", "seconds_since_order", "7d", SecondsSince(), "Time since the last order.",
            topic="orders", where=kinds("placed"), unit="seconds", suffix=""),
    *difference("visitor__checkout_seconds", "visitor__seconds_since_checkout",
                "visitor__seconds_since_payment_entered",
                "From the start of a checkout to the payment's details; below 0 while a new one is under way.",
                unit="seconds"),
    *difference("visitor__payment_seconds", "visitor__seconds_since_payment_entered", "visitor__seconds_since_order",
                "From the payment's details to the order; below 0 while it is not placed.", unit="seconds"),
    *ratio("visitor__cart_rate_1d", "visitor__carts_1d", "visitor__views_1d", "Times in the cart for each view."),
    *family("visitor", "failed_logins", "1h 1d", Count(), "Log-ins that failed.",
            topic="accounts", where=kinds("login_failed")),

    *family("visitor", "views_decayed", "7d 30d", Decayed(DAY), "Products looked at, each worth half after a day.",
            topic="clicks", where=_VIEWED, online=False),
    *family("visitor", "price", "7d", Min("price_cents"), "The lowest price of the products looked at.",
            topic="clicks", where=_VIEWED, unit="cents", suffix="least_7d", online=False),
    *family("visitor", "price", "7d", Max("price_cents"), "The highest price of the products looked at.",
            topic="clicks", where=_VIEWED, unit="cents", suffix="greatest_7d", online=False),
    *family("visitor", "products", "1h 1d 7d 30d", Distinct("product_id"), "Different products looked at.",
            topic="clicks", where=_VIEWED, online=False),
    *family("visitor", "categories", "1d 7d 30d", Distinct("category"), "Different categories looked at.",
            topic="clicks", where=_VIEWED, online=False),
    *family("visitor", "seconds_in_session", "30m", SecondsSince("oldest"), "Time since the first of half an hour.",
            topic="clicks", unit="seconds", suffix="", online=False),
    *family("visitor", "shown", "1h 1d", Count(), "Lists and prices shown.", topic="impressions", online=False),
    *(feature
      for what, field, words in (
          ("device", "device_type", "Kind of device last used."), ("browser", "browser", "Browser last used."),
          ("country", "country", "Country last seen in."), ("referrer", "referrer", "Page last come from."),
          ("campaign", "campaign_id", "Campaign last come by."), ("utm_source", "utm_source", "UTM source last given."),
          ("utm_medium", "utm_medium", "UTM medium last given."),
          ("utm_campaign", "utm_campaign", "UTM campaign last given."),
      )
      for feature in family("visitor", what, "30d", Last(field), words, topic="clicks", suffix="last", online=False)),
    *asked("visitor__id", Given("visitor_id"), "The tracking id itself."),
)  # fmt: skip
