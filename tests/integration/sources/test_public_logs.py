"""The shipped mappings on the public logs they were written for: nothing lost, nothing refused, sums right."""

import gzip
from pathlib import Path

import msgspec
import polars as pl
import pytest

from tillstream.core.contracts import decode, topic_named
from tillstream.data.sources.replay import load_mapping, shape
from tillstream.data.sources.replay.reading import read_rows

pytestmark = pytest.mark.data


def shaped(path: Path, mapping: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    known = load_mapping(mapping)
    rows = read_rows(path, known.source)
    return rows, shape(rows, known, name=mapping)


def counts(events: pl.DataFrame) -> dict[str, int]:
    return dict(events.group_by("topic").len().iter_rows())


def every_event_is_taken(events: pl.DataFrame) -> None:
    for topic, value, received in events.select("topic", "value", "received_at_us").iter_rows():
        decode(topic_named(topic), value.encode(), received_at_us=received)


def field(events: pl.DataFrame, topic: str, name: str) -> pl.Series:
    rows = events.filter(pl.col("topic") == topic)["value"]
    return pl.Series([msgspec.json.decode(one)[name] for one in rows])


def test_ta_feng_lines_become_orders_that_sum_to_the_same(data_folder: Path) -> None:
    rows, events = shaped(data_folder / "tafeng" / "ta_feng_raw.parquet", "tafeng")
    baskets = rows.select("CUSTOMER_ID", "TRANSACTION_DT").unique().height
    assert counts(events) == {
        "products.v1": rows["PRODUCT_ID"].n_unique(),
        "customers.v1": rows["CUSTOMER_ID"].n_unique(),
        "orders.v1": baskets,
    }
    assert field(events, "orders.v1", "total_cents").sum() == rows["SALES_PRICE"].sum() * 100
    assert sum(map(len, field(events, "orders.v1", "lines"))) == rows.height
    every_event_is_taken(events)


def test_handbook_payments_have_a_chargeback_for_each_fraud(data_folder: Path) -> None:
    rows, events = shaped(data_folder / "fraud_handbook" / "raw_apr_aug.parquet", "fraud_handbook")
    kinds = field(events, "payments.v1", "kind").value_counts()
    assert dict(kinds.iter_rows()) == {"authorized": rows.height, "charged_back": rows["TX_FRAUD"].sum()}
    every_event_is_taken(events.sample(100_000, seed=7))


def test_diginetica_sessions_become_clicks_in_order(data_folder: Path) -> None:
    path = data_folder / "sessions_diginetica" / "diginetica_train_sessions.txt.gz"
    sessions = [line.split() for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    _, events = shaped(path, "diginetica")
    assert counts(events) == {
        "products.v1": len({item for session in sessions for item in session}),
        "clicks.v1": sum(map(len, sessions)),
    }
    first = [msgspec.json.decode(one) for one in events.filter(pl.col("topic") == "clicks.v1")["value"].head(50)]
    again: dict[str, list[str]] = {}
    for click in first:
        again.setdefault(click["visitor_id"], []).append(click["product_id"])
    complete = [items for name, items in again.items() if name != first[-1]["visitor_id"]]
    assert complete
    assert all(items == sessions[place][: len(items)] for place, items in enumerate(complete))
    every_event_is_taken(events.sample(50_000, seed=7))
