"""What goes into a snapshot, from silver: the newest record of each product, stock, popularity, tastes.

Imports Polars, so the API never imports this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import polars as pl
import pyarrow.compute as pc

from tillstream.data.lake import Lake
from tillstream.data.lake.bots import without_bots
from tillstream.decisions.snapshot.catalogue import Product
from tillstream.decisions.snapshot.write import TASTES, Stocked

POPULARITY_DAYS: Final = 14
TASTE_DAYS: Final = 30
MOST_TASTES: Final = 500_000
_HALF_LIFE_DAYS: Final = 3.0
_WEIGHTS: Final = {"viewed": 1.0, "cart_added": 3.0, "order": 6.0}
_FIELDS: Final = (
    "product_id", "title", "category", "brand", "description", "price_cents", "cost_cents", "currency", "image",
)  # fmt: skip
_UNCATEGORISED: Final = "everything"


@dataclass(frozen=True, slots=True)
class Collected:
    """The parts of a snapshot that come from the lake."""

    products: Sequence[Stocked]
    tastes: Mapping[str, Sequence[str]]


def collect(lake: Lake) -> Collected:
    """Reads what is needed of the last weeks, counted back from the newest event: a replayed log keeps its time."""
    until = _newest(lake)
    clicks = _clicks(lake, until - timedelta(days=TASTE_DAYS))
    lines = _order_lines(lake, until - timedelta(days=POPULARITY_DAYS))
    products = _products(lake, clicks, lines)
    popularity = _popularity(clicks, lines, until)
    joined = products.join(_stock(lake), on="product_id", how="left").join(popularity, on="product_id", how="left")
    return Collected([_stocked(row) for row in joined.iter_rows(named=True)], _tastes(clicks, products))


def _newest(lake: Lake) -> datetime:
    found = [
        newest
        for table in ("silver.clicks", "silver.orders", "silver.payments")
        if (newest := _newest_of(lake, table)) is not None
    ]
    return max(found, default=datetime.now(UTC))


def _newest_of(lake: Lake, table: str) -> datetime | None:
    newest: datetime | None = pc.max(lake.arrow(table, ["occurred_at"])["occurred_at"]).as_py()
    return newest


def _clicks(lake: Lake, since: datetime) -> pl.DataFrame:
    columns = ["occurred_at", "visitor_id", "customer_id", "kind", "product_id", "category"]
    where = (pc.field("occurred_at") >= since) & pc.field("kind").isin(["viewed", "cart_added"])
    return _frame(lake.arrow("silver.clicks", columns, without_bots("silver.clicks", where))).filter(
        pl.col("product_id").is_not_null()
    )


def _order_lines(lake: Lake, since: datetime) -> pl.DataFrame:
    where = (pc.field("occurred_at") >= since) & (pc.field("kind") == "placed")
    orders = _frame(lake.arrow("silver.orders", ["occurred_at", "currency", "lines"], where))
    return orders.explode("lines").drop_nulls("lines").unnest("lines")


def _products(lake: Lake, clicks: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The newest record of each active product; a product that only clicks or orders name is made up from those."""
    fields = [
        "product_id",
        "title",
        "category",
        "brand",
        "description",
        "price_cents",
        "cost_cents",
        "currency",
        "image",
    ]
    told = _frame(lake.arrow("silver.products", ["occurred_at", *fields, "active"]))
    told = told.sort("occurred_at").unique("product_id", keep="last")
    gone = told.filter(~pl.col("active").fill_null(True)).select("product_id")
    return pl.concat([told.select(fields), _made_up(clicks, lines, told, fields)], how="vertical_relaxed").join(
        gone, on="product_id", how="anti"
    )


def _made_up(clicks: pl.DataFrame, lines: pl.DataFrame, told: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    seen = clicks.sort("occurred_at").group_by("product_id").agg(pl.col("category").drop_nulls().last())
    sold = (
        lines.sort("occurred_at")
        .group_by("product_id")
        .agg(pl.col("unit_price_cents").last().alias("price_cents"), pl.col("currency").last())
    )
    named = seen.join(sold, on="product_id", how="full", coalesce=True).join(told, on="product_id", how="anti")
    return named.with_columns(
        pl.concat_str(pl.lit("Product "), "product_id").alias("title"),
        pl.col("category").fill_null(_UNCATEGORISED),
        pl.col("price_cents").fill_null(0),
        pl.col("currency").fill_null("EUR"),
        pl.lit(None, pl.String).alias("brand"),
        pl.lit(None, pl.String).alias("description"),
        pl.lit(None, pl.Int64).alias("cost_cents"),
        pl.lit(None, pl.String).alias("image"),
    ).select(fields)


def _stock(lake: Lake) -> pl.DataFrame:
    told = _frame(lake.arrow("silver.stock", ["occurred_at", "product_id", "warehouse_id", "on_hand"]))
    newest = told.sort("occurred_at").unique(["product_id", "warehouse_id"], keep="last")
    return newest.group_by("product_id").agg(pl.col("on_hand").sum())


def _popularity(clicks: pl.DataFrame, lines: pl.DataFrame, until: datetime) -> pl.DataFrame:
    """Views, carts and orders by weight; each counts half after three days."""
    pieces = pl.col("quantity").clip(1, 5)
    weighed = pl.concat(
        [
            clicks.select("occurred_at", "product_id", pl.col("kind").replace_strict(_WEIGHTS).alias("weight")),
            lines.select("occurred_at", "product_id", (_WEIGHTS["order"] * pieces).alias("weight")),
        ]
    )
    days = (pl.lit(until) - pl.col("occurred_at")).dt.total_seconds() / 86_400
    decayed = pl.col("weight") * (0.5 ** (days / _HALF_LIFE_DAYS))
    return weighed.group_by("product_id").agg(decayed.sum().alias("popularity"))


def _tastes(clicks: pl.DataFrame, products: pl.DataFrame) -> dict[str, list[str]]:
    """The three categories most looked at, by visitor and by customer; the most recent ids if there are too many."""
    looked = clicks.drop("category").join(products.select("product_id", "category"), on="product_id")
    people = pl.concat(
        [looked.select(pl.col(key).alias("id"), "category", "occurred_at") for key in ("visitor_id", "customer_id")]
    ).drop_nulls("id")
    counted = people.group_by("id", "category").agg(pl.len().alias("count"), pl.col("occurred_at").max().alias("at"))
    top = (
        counted.sort(["count", "category"], descending=[True, False])
        .group_by("id", maintain_order=True)
        .agg(pl.col("category").head(TASTES), pl.col("at").max())
        .sort("at", descending=True)
        .head(MOST_TASTES)
    )
    return dict(zip(top["id"].to_list(), top["category"].to_list(), strict=True))


def _stocked(row: Mapping[str, Any]) -> Stocked:
    on_hand = row["on_hand"]
    return Stocked(
        Product(
            product_id=row["product_id"],
            title=row["title"],
            category=row["category"],
            brand=row["brand"],
            description=row["description"],
            price_cents=row["price_cents"],
            currency=row["currency"],
            image=row["image"],
            in_stock=on_hand is None or on_hand > 0,
        ),
        cost_cents=row["cost_cents"],
        on_hand=on_hand,
        popularity=row["popularity"] or 0.0,
    )


def _frame(table: Any) -> pl.DataFrame:
    found = pl.from_arrow(table)
    if not isinstance(found, pl.DataFrame):
        raise TypeError(type(found).__name__)
    return found
