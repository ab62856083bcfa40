"""Training sets: 100,000 rows of a spine, three views over 1,000,000 events, beside Feast's file and DuckDB stores.

All read the same Parquet files, and each row is to get the newest value of every field that was known at its time. A
real spine has rows that are alike and rows without a customer; how many rows come back is counted, and the values of
those that do are compared. Feast runs in an environment of its own; the clock runs from the call to the finished frame.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
from research.benchmarks.feature_fetch import FEAST, ROOT
from research.benchmarks.line import BenchLine, paired

from tillstream.features.definitions.aggregations import Last
from tillstream.features.definitions.language import Feature, Source
from tillstream.features.offline import training_set

SPINE_ROWS, CUSTOMERS, DAYS, ROUNDS = 100_000, 5_000, 90, 7
EVENTS = {"clicks": 600_000, "orders": 200_000, "payments": 200_000}
FIELDS = {
    "clicks": ("price_cents", "duration_ms", "position"),
    "orders": ("total_cents", "discount_cents", "shipping_cents"),
    "payments": ("amount_cents",),
}
STORES = {"file": 1 / 5, "duckdb": 1 / 3}
"""Feast's offline stores, and the share of their time that ours may take."""
BEGIN = np.datetime64("2026-01-01", "us")
DAY_US = 86_400 * 10**6


def run() -> list[BenchLine]:
    """Seconds of a training set, and rows of the spine that are not in it."""
    subprocess.run(["make", "--no-print-directory", "setup", "FEAST=1"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        return measured(Path(folder))


def measured(folder: Path) -> list[BenchLine]:
    """The figures on data drawn into this folder."""
    spine = draw(folder)
    ours: dict[str, list[float]] = {name: [] for name in STORES}
    theirs: dict[str, list[float]] = {name: [] for name in STORES}
    made, lost = spine, dict.fromkeys(STORES, 0)
    with feast_side(folder) as feast:
        for number in range(-1, ROUNDS):
            for store in STORES:
                began = time.perf_counter()
                made = training_set(ParquetSilver(folder), spine, features())
                mine, their_seconds = time.perf_counter() - began, feast(store)
                if number < 0:
                    lost[store] = check(made, pl.read_parquet(folder / f"{store}.parquet"))
                    continue  # the first is to warm up
                ours[store].append(mine)
                theirs[store].append(their_seconds)
    return [
        *(paired(f"training_set_seconds_of_feast_{name}", ours[name], theirs[name], bar=bar)
          for name, bar in STORES.items()),
        *(BenchLine(f"training_set_lost_rows_of_feast_{name}", SPINE_ROWS - made.height, lost[name], 0, better="lower")
          for name in STORES),
    ]  # fmt: skip


def features() -> list[Feature]:
    """The newest value of each field, of the customer's events."""
    return [
        Feature(
            name=f"customer__{field}_of_{entity}_last",
            entity="customer",
            aggregation=Last(field),
            source=Source(f"{entity}.v1", "customer_id"),
            window_seconds=None,
            description="For the benchmark.",
            online=False,
        )
        for entity, fields in FIELDS.items()
        for field in fields
    ]


def draw(folder: Path) -> pl.DataFrame:
    """Writes the events as silver's columns, each table in the order of its times, and gives the spine."""
    random = np.random.default_rng(7)
    for entity, rows in EVENTS.items():
        at = BEGIN + np.sort(random.integers(0, DAYS * DAY_US, rows)).astype("timedelta64[us]")
        columns: dict[str, Any] = {
            "customer_id": pa.array([f"c-{one}" for one in random.integers(0, CUSTOMERS, rows)]),
            "occurred_at": pa.array(at, pa.timestamp("us", "UTC")),
            "received_at": pa.array(at, pa.timestamp("us", "UTC")),
            "log_partition": pa.array(np.zeros(rows, np.int32)),
            "log_offset": pa.array(np.arange(rows)),
            "is_bot": pa.array(np.zeros(rows, np.bool_)),
            **{field: pa.array(random.integers(0, 50_000, rows)) for field in FIELDS[entity]},
        }
        pl.DataFrame(pa.table(columns)).write_parquet(folder / f"{entity}.parquet")
    ids = random.integers(0, CUSTOMERS, SPINE_ROWS)
    at = BEGIN + random.integers(DAYS // 3 * DAY_US, DAYS * DAY_US, SPINE_ROWS).astype("timedelta64[us]")
    alike = random.choice(SPINE_ROWS, SPINE_ROWS // 50, replace=False)
    ids[alike], at[alike] = ids[alike - 1], at[alike - 1]
    nobody = random.random(SPINE_ROWS) < 0.01
    spine = pl.DataFrame(
        {
            "row": np.arange(SPINE_ROWS),
            "customer_id": [None if none else f"c-{one}" for one, none in zip(ids, nobody, strict=True)],
            "at": pl.Series(at).dt.replace_time_zone("UTC"),
        }
    )
    spine.write_parquet(folder / "spine.parquet")
    return spine


class ParquetSilver:
    """The part of the lake that features read, on these files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def arrow(self, name: str, columns: list[str] | None = None, where: Any = None) -> pa.Table:
        """A table's rows."""
        return ds.dataset(self._folder / f"{name.removeprefix('silver.')}.parquet").to_table(columns, filter=where)


def check(ours: pl.DataFrame, theirs: pl.DataFrame) -> int:
    """How many rows the other lost; raises ValueError where a row that has a customer got other values."""
    names = {f"customer__{field}_of_{entity}_last": field for entity, fields in FIELDS.items() for field in fields}
    both = ours.filter(pl.col("customer_id").is_not_null()).join(theirs, on="row", how="inner")
    for mine, other in names.items():
        if unlike := both.filter(pl.col(mine).ne_missing(pl.col(other).cast(pl.Int64))).height:
            raise ValueError(f"{mine} differs in {unlike} of {both.height} rows")
    return ours.height - theirs["row"].n_unique()


@contextmanager
def feast_side(folder: Path) -> Iterator[Callable[[str], float]]:
    """Feast in its own environment; asked for a store, it makes the training set and tells the seconds."""
    told: Mapping[str, Any] = {"fields": FIELDS, "stores": list(STORES)}
    (folder / "wanted.json").write_text(json.dumps(told))
    command = [str(FEAST), "-m", "research.benchmarks.feast_training_sets", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None  # noqa: S101 - asked for
        assert process.stdout is not None  # noqa: S101 - asked for
        stdin, stdout = process.stdin, process.stdout

        def make(store: str) -> float:
            stdin.write(f"{store}\n")
            stdin.flush()
            return float(stdout.readline())

        yield make
        stdin.close()
