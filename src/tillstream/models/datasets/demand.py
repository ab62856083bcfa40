"""Demand by product and day, with the price it was asked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tillstream.core.errors import NotTrained
from tillstream.models.datasets.lake_frames import Lake, frame_of

Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Demand:
    """One row a product and UTC day, in order of day, then product.

    `count` are pieces put into the cart and `looks` how often the product was looked at; in a log without
    clicks, pieces ordered, with one look a day.
    """

    product_ids: Sequence[str]
    category: Longs
    """A code a product; products without a category share one."""
    product: Longs
    day: Longs
    price_cents: Doubles
    looks: Doubles
    count: Doubles

    def take(self, rows: NDArray[np.bool_]) -> "Demand":
        """These rows, over the same products."""
        return Demand(
            self.product_ids,
            self.category,
            self.product[rows],
            self.day[rows],
            self.price_cents[rows],
            self.looks[rows],
            self.count[rows],
        )


def read_demand(lake: Lake) -> Demand:
    """Carts by price looked at, else orders; raises NotTrained where no product has a price."""
    frame = _looked_at(lake)
    if not frame.height:
        frame = _ordered(lake)
    if not frame.height:
        raise NotTrained("price", "no product was looked at or ordered at a price in this log")
    frame = frame.sort("day", "product_id")
    product_ids = sorted(set(frame["product_id"]))
    place = {product_id: at for at, product_id in enumerate(product_ids)}
    names = dict(frame_of(lake, "silver.products", ["product_id", "category"]).drop_nulls().rows())
    codes = {name: code for code, name in enumerate(sorted({*names.values(), ""}))}
    return Demand(
        product_ids=product_ids,
        category=np.array([codes[names.get(product_id, "")] for product_id in product_ids], np.int64),
        product=frame["product_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy(),
        day=frame["day"].to_numpy(),
        price_cents=frame["price"].to_numpy(),
        looks=frame["looks"].to_numpy(),
        count=frame["count"].to_numpy(),
    )


_DAY = pl.col("occurred_at").dt.epoch("d").cast(pl.Int64).alias("day")


def _looked_at(lake: Lake) -> pl.DataFrame:
    columns = ["product_id", "occurred_at", "kind", "price_cents"]
    clicks = frame_of(lake, "silver.clicks", columns, ["viewed", "cart_added"])
    rows = clicks.drop_nulls(["product_id", "price_cents"]).filter(pl.col("price_cents") > 0)
    viewed = pl.col("kind") == "viewed"
    days = rows.group_by("product_id", _DAY).agg(
        price=pl.col("price_cents").cast(pl.Float64).mean(),
        looks=viewed.sum().cast(pl.Float64),
        count=(~viewed).sum().cast(pl.Float64),
    )
    # A cart without a look on the same day (just after midnight) has no exposure.
    return days.filter(pl.col("looks") > 0)


def _ordered(lake: Lake) -> pl.DataFrame:
    placed = frame_of(lake, "silver.orders", ["order_id", "occurred_at", "lines"], ["placed"])
    line = pl.col("lines").struct
    rows = placed.unique("order_id", keep="first").explode("lines", empty_as_null=False).select(
        "occurred_at", line.field("product_id"), line.field("quantity"), line.field("unit_price_cents")
    )  # fmt: skip
    sold = rows.filter((pl.col("unit_price_cents") > 0) & (pl.col("quantity") > 0))
    paid = (pl.col("unit_price_cents") * pl.col("quantity")).sum() / pl.col("quantity").sum()
    return sold.group_by("product_id", _DAY).agg(
        price=paid.cast(pl.Float64), looks=pl.lit(1.0), count=pl.col("quantity").sum().cast(pl.Float64)
    )
