"""Payments with their features as of the payment, and the chargebacks received by a moment."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tillstream.core.errors import NotTrained
from tillstream.features.definitions import features_of
from tillstream.features.offline import training_set
from tillstream.models.datasets.lake_frames import Lake, frame_of
from tillstream.models.datasets.matrices import Float32, Slot, matrix_of, numeric_features
from tillstream.models.scoring.payment import NEVER, PAYMENT_VALUES, payment_values

_COUNTRIES = ("card_country", "ip_country", "shipping_country", "billing_country")
_IDS = ("card_id", "device_id", "customer_id", "terminal_id")
RIPE_DAYS, RIPE_SHARE = 14, 0.2
"""Days, or the share of a short log, after which a payment without a chargeback counts as honest."""
NEWEST = 400_000
"""Payments that are learned from and judged by; their features look further back."""
NOT_YET = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Payments:
    """Authorized payments, oldest first. `charged_back_us` is when that became known, NOT_YET if it has not."""

    slots: tuple[Slot, ...]
    matrix: Float32
    at_us: NDArray[np.int64]
    charged_back_us: NDArray[np.int64]
    amount_cents: NDArray[np.float64]
    cards: NDArray[np.str_]
    payment_ids: tuple[str, ...]
    log_end_us: int

    @property
    def ripe_us(self) -> int:
        """How old a payment must be to teach anything: before that its chargeback may be under way."""
        return min(RIPE_DAYS * 86_400_000_000, int((self.log_end_us - int(self.at_us[0])) * RIPE_SHARE))

    def labels(self, known_by_us: int) -> NDArray[np.float64]:
        """1 for a payment whose chargeback had been received by then."""
        return (self.charged_back_us <= known_by_us).astype(float)


def read_payments(lake: Lake) -> Payments:
    """All authorized payments of the lake; raises NotTrained where there are none or no chargeback."""
    frame = _authorized(lake)
    if not frame.height:
        raise NotTrained("fraud", "no payments in this log")
    known = _chargebacks(lake)
    if not known.height:
        raise NotTrained("fraud", "no payment of this log was charged back")
    frame = frame.tail(NEWEST)
    features = numeric_features(features_of("fraud"))
    # The payment itself is not on the log when it is judged: ask just before it.
    spine = frame.select(*_IDS, at=pl.col("occurred_at") - pl.duration(microseconds=1))
    valued = training_set(lake, spine, features).hstack(frame.drop(*_IDS))
    own = _own_values(valued)
    slots = (*(Slot.of(feature) for feature in features), *(Slot(name, NEVER) for name in PAYMENT_VALUES))
    joined = frame.join(known, on="payment_id", how="left", maintain_order="left")
    ends = (frame["received_at"].dt.epoch("us").max(), known["known_us"].max())
    return Payments(
        slots=slots,
        matrix=matrix_of(valued.hstack(own), slots),
        at_us=frame["occurred_at"].dt.epoch("us").to_numpy(),
        charged_back_us=joined["known_us"].fill_null(NOT_YET).to_numpy(),
        amount_cents=frame["amount_cents"].cast(pl.Float64).to_numpy(),
        cards=frame.select(pl.coalesce("card_id", "customer_id", "payment_id")).to_series().to_numpy().astype(str),
        payment_ids=tuple(frame["payment_id"]),
        log_end_us=int(max(ends)),  # type: ignore[type-var,arg-type]
    )


def _authorized(lake: Lake) -> pl.DataFrame:
    columns = ["payment_id", "occurred_at", "received_at", "amount_cents", *_IDS, *_COUNTRIES]
    return frame_of(lake, "silver.payments", columns, ["authorized"]).unique(
        "payment_id", keep="first", maintain_order=True
    )


def _chargebacks(lake: Lake) -> pl.DataFrame:
    rows = frame_of(lake, "silver.payments", ["payment_id", "received_at"], ["charged_back"])
    return rows.group_by("payment_id").agg(known_us=pl.col("received_at").dt.epoch("us").min())


def _own_values(valued: pl.DataFrame) -> pl.DataFrame:
    """What scoring computes of each payment, by the code that serves."""
    means = ("card__payment_mean_30d", "customer__payment_mean_30d")
    names = ("amount_cents", *_COUNTRIES, *means)
    at_us = valued["occurred_at"].dt.epoch("us").to_list()
    found = np.empty((valued.height, len(PAYMENT_VALUES)), np.float32)
    for place, row in enumerate(valued.select(names).iter_rows(named=True)):
        found[place] = tuple(payment_values(row, at_us[place], {name: row[name] for name in means}).values())
    return pl.DataFrame(found, schema=list(PAYMENT_VALUES))
