"""A shop's log as sessions and baskets in time, to be cut at any moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tillstream.core.errors import NotTrained
from tillstream.models.datasets.histories import History, history_of
from tillstream.models.datasets.lake_frames import Lake, frame_of

GAP_SECONDS = 1_800
"""Silence that ends a session."""


@dataclass(frozen=True, slots=True)
class Session:
    """Products looked at, in order."""

    started_us: int
    customer_id: str | None
    product_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Basket:
    """Products bought in one order."""

    placed_us: int
    customer_id: str
    product_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShopLog:
    """Sessions and baskets, oldest first, and each product's category."""

    sessions: Sequence[Session]
    baskets: Sequence[Basket]
    categories: Mapping[str, str]

    def until(self, cut_us: int) -> History:
        """All that began before the cut."""
        bought: defaultdict[str, list[Sequence[str]]] = defaultdict(list)
        for basket in self.baskets:
            if basket.placed_us < cut_us:
                bought[basket.customer_id].append(basket.product_ids)
        sessions = [session.product_ids for session in self.sessions if session.started_us < cut_us]
        return history_of(sessions, bought, self.categories)


def read_shop_log(lake: Lake) -> ShopLog:
    """Sessions of views and baskets of orders; raises NotTrained where there is neither."""
    log = ShopLog(_sessions(lake), _baskets(lake), _categories(lake))
    if not log.sessions and not log.baskets:
        raise NotTrained("recommend", "no product views and no orders in this log")
    return log


def _sessions(lake: Lake) -> list[Session]:
    columns = ["visitor_id", "customer_id", "product_id", "occurred_at"]
    views = frame_of(lake, "silver.clicks", columns, ["viewed"]).drop_nulls("product_id")
    gap = pl.col("occurred_at").diff().over("visitor_id").dt.total_microseconds() > GAP_SECONDS * 1_000_000
    numbered = views.with_columns(
        pl.col("occurred_at").dt.epoch("us").alias("at"), number=gap.cum_sum().over("visitor_id")
    )
    rows = (
        numbered.group_by("visitor_id", pl.col("number").fill_null(0), maintain_order=True)
        .agg(pl.col("at").first(), pl.col("customer_id").drop_nulls().first(), "product_id")
        .sort("at", "visitor_id")
    )
    return [
        Session(at, customer, items) for at, customer, items in rows.select("at", "customer_id", "product_id").rows()
    ]


def _baskets(lake: Lake) -> list[Basket]:
    columns = ["order_id", "customer_id", "lines", "occurred_at"]
    placed = (
        frame_of(lake, "silver.orders", columns, ["placed"]).drop_nulls("customer_id").unique("order_id", keep="first")
    )
    lines = (
        placed.select(pl.col("occurred_at").dt.epoch("us").alias("at"), "customer_id", "order_id", "lines")
        .explode("lines", empty_as_null=False)
        .select("at", "customer_id", "order_id", product_id=pl.col("lines").struct.field("product_id"))
        .drop_nulls("product_id")
        .group_by("order_id", maintain_order=True)
        .agg(pl.col("at").first(), pl.col("customer_id").first(), "product_id")
        .sort("at", "order_id")
    )
    return [
        Basket(at, customer, items) for at, customer, items in lines.select("at", "customer_id", "product_id").rows()
    ]


def _categories(lake: Lake) -> dict[str, str]:
    newest = frame_of(lake, "silver.products", ["product_id", "category"]).unique("product_id", keep="last")
    return dict(newest.drop_nulls().rows())
