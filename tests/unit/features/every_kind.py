"""A synthetic set of definitions: every aggregation in every shape of window, with the current event and without."""

from dataclasses import replace
from itertools import product

from tillstream.features.definitions.aggregations import (
    ADDED,
    Calendar,
    Count,
    Decayed,
    Difference,
    Distinct,
    First,
    Last,
    Max,
    Mean,
    Min,
    Ratio,
    Recent,
    SecondsSince,
    Sum,
    Tiled,
    Top,
    TopValue,
)
from tillstream.features.definitions.language import DAY, EXACT_US, HOUR, Feature, Source, kinds

AGGREGATIONS: dict[str, Tiled] = {
    "count": Count(),
    "sum": Sum("price_cents"),
    "mean": Mean("duration_ms"),
    "least": Min("price_cents"),
    "greatest": Max("duration_ms"),
    "decayed": Decayed(2 * DAY, "price_cents"),
    "decayed_count": Decayed(DAY // 2),
    "distinct": Distinct("product_id", cap=3),
    "top": Top("product_id", k=2, cap=3),
    "top_value": TopValue("category", cap=2),
    "recent": Recent("product_id", k=3),
    "recent_times": Recent("product_id", k=3, give="times"),
    "last": Last("price_cents"),
    "last_text": Last("category"),
    "first": First("duration_ms"),
    "first_text": First("product_id"),
    "since": SecondsSince(),
    "since_first": SecondsSince("oldest"),
    "scroll_sum": Sum("scroll_ratio"),
    "scroll_mean": Mean("scroll_ratio"),
    "scroll_least": Min("scroll_ratio"),
    "scroll_last": Last("scroll_ratio"),
}
SHAPES = {
    "1h": (HOUR, 300 * 10**6, 0),
    "1d_exact": (DAY, EXACT_US, 0),
    "3d": (3 * DAY, DAY * 10**6, 0),
    "1d_ago": (DAY, HOUR * 10**6, 2 * DAY),
    "1d_exact_ago": (DAY, EXACT_US, DAY),
    "ever": (None, DAY * 10**6, 0),
}
"""Window, step in microseconds, and offset."""
CLICKS = Source("clicks.v1", "visitor_id")


def every_kind() -> tuple[Feature, ...]:
    """Each aggregation in each shape, then other sources and what is made of features."""
    found = [
        Feature(
            name=f"visitor__{name}_{shape}" + ("" if current else "_before"),
            entity="visitor",
            aggregation=aggregation,
            description="One of every kind.",
            source=CLICKS,
            where=kinds("viewed", "cart_added") if number % 2 else (),
            window_seconds=window,
            step_us=step,
            offset_seconds=offset,
            counts_current=current,
            default=-7 if name == "least" else default_of(aggregation),
        )
        for number, (name, aggregation) in enumerate(AGGREGATIONS.items())
        for (shape, (window, step, offset)), current in product(SHAPES.items(), (True, False))
        if not (isinstance(aggregation, Decayed) and (window is None or step == EXACT_US))
        and (current or number % 3 == 0)
    ]
    return (*found, *_of_elements(), *_untiled())


def default_of(aggregation: Tiled) -> object:
    """What nothing adds up to."""
    empty = {Top: {}, Recent: ()}
    return 0 if isinstance(aggregation, ADDED) else empty.get(type(aggregation))


def _of_elements() -> tuple[Feature, ...]:
    """Elements that are records, and elements that are plain text; keys and fields of either level."""
    line = Feature(
        name="product__units", entity="product", aggregation=Sum("quantity"), description="Of lines.",
        source=Source("orders.v1", "product_id", "lines"), where=kinds("placed"), window_seconds=3 * DAY, default=0,
    )  # fmt: skip
    shown = Source("impressions.v1", "product_ids", "product_ids")
    return (
        line,
        replace(line, name="product__buyers", aggregation=Distinct("customer_id")),
        replace(line, name="product__last_order", aggregation=Last("quantity"), default=None),
        replace(line, name="product__first_buyer", aggregation=First("customer_id"), window_seconds=None, default=None),
        replace(
            line, name="customer__products", entity="customer", aggregation=Top("product_id", k=3), default={},
            source=Source("orders.v1", "customer_id", "lines"),
        ),
        replace(
            line, name="product__with", aggregation=Top("product_id", k=3), default={},
            source=Source("orders.v1", "product_id", "lines", paired=True),
        ),
        replace(
            line, name="product__units_with", aggregation=Sum("quantity"),
            source=Source("orders.v1", "product_id", "lines", paired=True),
        ),
        replace(line, name="product__shown", aggregation=Count(), source=shown, where=()),
        replace(line, name="visitor__shown", entity="visitor", aggregation=Recent("product_ids", k=4), default=(),
                source=Source("impressions.v1", "visitor_id", "product_ids"), where=()),
    )  # fmt: skip


def _untiled() -> tuple[Feature, ...]:
    made = {
        "rate": Ratio("visitor__count_1h", "visitor__count_3d"),
        "share": Ratio("visitor__scroll_mean_3d", "visitor__scroll_sum_3d"),
        "spread": Difference("visitor__greatest_3d", "visitor__least_3d"),
        "others": Difference("visitor__count_3d", 1),
        "per_other": Ratio("visitor__spread", "visitor__others"),
        **{term: Calendar(term) for term in ("hour", "weekday", "weekend", "night", "month_day", "holiday")},
    }
    return tuple(
        Feature(name=f"visitor__{name}", entity="visitor", aggregation=one, description="Made of others.", default=0.5)
        for name, one in made.items()
    )
