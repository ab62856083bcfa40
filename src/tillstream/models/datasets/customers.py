"""Customers as of a date, and whether they came back within the horizon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tillstream.core.contracts import from_micros
from tillstream.core.errors import NotTrained
from tillstream.features.definitions import features_of
from tillstream.features.offline import training_set
from tillstream.models.datasets.lake_frames import Lake, frame_of
from tillstream.models.datasets.matrices import Float32, Slot, matrix_of, numeric_features

DAY_US = 86_400_000_000
ACTIVE_HORIZONS = 2
"""A customer is judged if seen within so many horizons before: who has long been gone needs no model."""


@dataclass(frozen=True, slots=True)
class CustomersAsOf:
    """One row a customer and date; `gone` where no action followed within the horizon."""

    slots: tuple[Slot, ...]
    matrix: Float32
    at_us: NDArray[np.int64]
    gone: NDArray[np.float64]
    quiet_seconds: NDArray[np.float64]
    """Since the last action of any kind, as known then."""
    customer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """When each customer did something, oldest first."""

    frame: pl.DataFrame
    first_us: int
    last_us: int


def read_activity(lake: Lake) -> Activity:
    """Clicks and orders of known customers; raises NotTrained where there are none."""
    parts = [
        frame_of(lake, table, ["customer_id", "occurred_at", "received_at"], kinds).drop_nulls("customer_id")
        for table, kinds in (("silver.clicks", []), ("silver.orders", ["placed"]))
    ]
    frame = pl.concat(parts).select(
        "customer_id", at=pl.col("occurred_at").dt.epoch("us"), known=pl.col("received_at").dt.epoch("us")
    )
    if not frame.height:
        raise NotTrained("churn", "no known customer did anything in this log")
    return Activity(frame, int(frame["at"].min()), int(frame["known"].max()))  # type: ignore[arg-type]


def customers_as_of(lake: Lake, activity: Activity, dates_us: Sequence[int], horizon_days: int) -> CustomersAsOf:
    """Every customer seen shortly before each date, with features and label; the label may lie after the log's end."""
    spines = [_judged(activity, at, horizon_days) for at in dates_us]
    spine = pl.concat(spines).with_columns(pl.from_epoch("at_us", "us").dt.replace_time_zone("UTC").alias("at"))
    features = numeric_features(features_of("churn"))
    valued = training_set(lake, spine.select("customer_id", "at"), features)
    slots = tuple(Slot.of(feature) for feature in features)
    return CustomersAsOf(
        slots=slots,
        matrix=matrix_of(valued, slots),
        at_us=spine["at_us"].to_numpy(),
        gone=spine["gone"].cast(pl.Float64).to_numpy(),
        quiet_seconds=spine["quiet_us"].to_numpy() / 1e6,
        customer_ids=tuple(spine["customer_id"]),
    )


def _judged(activity: Activity, at_us: int, horizon_days: int) -> pl.DataFrame:
    rows = activity.frame
    known = rows.filter((pl.col("known") <= at_us) & (pl.col("at") > at_us - ACTIVE_HORIZONS * horizon_days * DAY_US))
    seen = known.group_by("customer_id").agg(quiet_us=at_us - pl.col("at").max())
    after = rows.filter((pl.col("at") > at_us) & (pl.col("at") <= at_us + horizon_days * DAY_US))
    back = after.select(pl.col("customer_id").unique(), back=pl.lit(True))
    judged = seen.join(back, on="customer_id", how="left").sort("customer_id")
    return judged.select("customer_id", "quiet_us", at_us=pl.lit(at_us, pl.Int64), gone=pl.col("back").is_null())


def midnight_after(at_us: int) -> int:
    """The first UTC midnight at or after an instant."""
    day = from_micros(at_us - 1).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int(day.timestamp()) * 1_000_000
