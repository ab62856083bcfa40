"""The Fraud Detection Handbook's fourteen features, computed by our definitions, beside the published ones."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from tillstream.data.lake.catalog import definition_of
from tillstream.features.definitions import features_named
from tillstream.features.offline import training_set

pytestmark = [pytest.mark.data, pytest.mark.timeout(600)]

WINDOWS = ("1d", "7d", "30d")
PUBLISHED = {
    "shop__weekend": "TX_DURING_WEEKEND",
    "shop__night": "TX_DURING_NIGHT",
    **{f"customer__exact_payments_{w}": f"CUSTOMER_ID_NB_TX_{w[:-1]}DAY_WINDOW" for w in WINDOWS},
    **{f"customer__exact_payment_mean_{w}": f"CUSTOMER_ID_AVG_AMOUNT_{w[:-1]}DAY_WINDOW" for w in WINDOWS},
    **{f"terminal__exact_payments_{w}_ago_7d": f"TERMINAL_ID_NB_TX_{w[:-1]}DAY_WINDOW" for w in WINDOWS},
    **{f"terminal__exact_risk_{w}": f"TERMINAL_ID_RISK_{w[:-1]}DAY_WINDOW" for w in WINDOWS},
}
AFTER_THE_NEXT = (1240489, 1350833)
"""Of two payments of a customer in one second, those that theirs counts second though their number is the smaller."""


class PaymentsOnly:
    """A lake whose only table is silver.payments: the raw log, with a chargeback a week after each fraud."""

    def __init__(self, raw: pl.DataFrame) -> None:
        paid = raw.select(
            occurred_at=pl.col("TX_DATETIME").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            customer_id=pl.col("CUSTOMER_ID").cast(pl.String),
            terminal_id=pl.col("TERMINAL_ID").cast(pl.String),
            amount_cents=(pl.col("TX_AMOUNT") * 100).round().cast(pl.Int64),
            kind=pl.lit("authorized"),
            is_fraud=pl.col("TX_FRAUD") == 1,
            received_at="received_at",
        )
        a_week = pl.col("occurred_at", "received_at") + timedelta(days=7)
        taken_back = paid.filter("is_fraud").with_columns(a_week, kind=pl.lit("charged_back"))
        self._rows = pl.concat([paid, taken_back]).with_columns(
            log_partition=pl.lit(0), log_offset=pl.int_range(pl.len())
        )

    def arrow(self, name: str, columns: Sequence[str] | None = None, where: Any = None) -> pa.Table:
        assert name == "silver.payments"
        table = self._rows.select(columns or self._rows.columns).to_arrow()
        wanted = definition_of(name).schema
        table = table.cast(pa.schema([wanted.field(one) for one in table.column_names]))
        return table.filter(where) if where is not None else table


def test_our_definitions_give_the_published_features(data_folder: Path) -> None:
    raw = pl.read_parquet(data_folder / "fraud_handbook" / "raw_apr_aug.parquet")
    raw = raw.sort("TX_DATETIME", pl.col("TRANSACTION_ID").is_in(AFTER_THE_NEXT), "TRANSACTION_ID")
    published = pl.read_parquet(data_folder / "fraud_handbook" / "features_published_jul_aug.parquet")
    published = published.sort("TRANSACTION_ID")
    # Times are whole seconds: payments of one came one after the other, and theirs counts each from then on.
    turn = 2 * pl.int_range(pl.len()).over("TX_DATETIME")
    came = pl.col("TX_DATETIME").cast(pl.Datetime("us")) + pl.duration(microseconds=turn)
    raw = raw.with_columns(received_at=came.dt.replace_time_zone("UTC"))
    asked = raw.join(published.select("TRANSACTION_ID"), on="TRANSACTION_ID", how="semi").sort("TRANSACTION_ID")
    assert asked["TRANSACTION_ID"].to_list() == published["TRANSACTION_ID"].to_list()
    # Theirs leave out what is just as old as the window: ask a microsecond later.
    spine = asked.select(
        at=pl.col("received_at") + timedelta(microseconds=1),
        customer_id=pl.col("CUSTOMER_ID").cast(pl.String),
        terminal_id=pl.col("TERMINAL_ID").cast(pl.String),
    )
    ours = training_set(PaymentsOnly(raw), spine, features_named(PUBLISHED))
    for name, theirs in PUBLISHED.items():
        scale = 100 if "mean" in name else 1
        away = (ours[name] / scale - published[theirs]).abs()
        assert away.null_count() == 0, name
        assert (away > 1e-6).sum() == 0, name
