"""Windows that are no sums: distinct values, most frequent values, last values in order.

Each row of the spine is joined with the events of its window, in portions of bounded size.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.engines.polars.windows import Asked

_JOINED_ROWS = 8_000_000


def distinct_counts(
    events: pl.DataFrame, field: str, cap: int, asked: Asked, window_us: int, step_us: int
) -> pl.Series:
    """How many different values, at most `cap`, in the order asked."""
    # Within a step the first copy of a value to be known is the one that counts.
    firsts = events.group_by("code", pl.col("at") // step_us * step_us, value=field).agg(pl.col("received").min())
    found = [
        joined.group_by("row").agg(pl.col("value").n_unique().clip(upper_bound=cap).cast(pl.Int64).alias("out"))
        for joined in _joined(firsts, asked, window_us, step_us)
    ]
    return _in_order(found, asked, pl.Int64)


def top_counts(
    events: pl.DataFrame, field: str, cap: int, k: int, asked: Asked, window_us: int, step_us: int
) -> pl.Series:
    """Up to `k` values with their counts, most frequent first, ties by value; a list of structs."""
    named = events.select("code", "at", "received", value=field)
    found = []
    for joined in _joined(named, asked, window_us, step_us):
        counts = joined.group_by("row", pl.col("at") // step_us, "value").len("count")
        if _exceeds(counts, cap):
            counts = with_smallest_hashes(counts, ["row", "at"], cap)
        counts = counts.group_by("row", "value").agg(pl.col("count").sum().cast(pl.Int64))
        counts = counts.sort("row", "count", "value", descending=[False, True, False])
        found.append(counts.group_by("row", maintain_order=True).agg(pl.struct("value", "count").head(k).alias("out")))
    return _in_order(found, asked, pl.List(pl.Struct({"value": pl.String, "count": pl.Int64})))


def recent_values(
    events: pl.DataFrame, field: str, k: int, asked: Asked, window_us: int, step_us: int
) -> tuple[pl.Series, pl.Series]:
    """The last `k` different values, newest first, and the time of each."""
    named = events.select("code", "at", "received", "place", value=field)
    found = []
    for joined in _joined(named, asked, window_us, step_us):
        ordered = joined.sort("row", "at", "place", descending=[False, True, True])
        ordered = ordered.unique(["row", "value"], keep="first", maintain_order=True)
        by_row = ordered.group_by("row", maintain_order=True)
        found.append(by_row.agg(pl.col("value").head(k).alias("out"), pl.col("at").head(k).alias("times")))
    times = [frame.select("row", out="times") for frame in found]
    return _in_order(found, asked, pl.List(pl.String)), _in_order(times, asked, pl.List(pl.Int64))


def with_smallest_hashes(counts: pl.DataFrame, within: list[str], cap: int) -> pl.DataFrame:
    """Those of the `cap` values with the smallest hashes within each step."""
    values = counts["value"].unique()
    hashes = pl.DataFrame({"value": values, "hash": pl.Series([stable_hash(v) for v in values], dtype=pl.Int64)})
    ranked = counts.join(hashes, on="value").with_columns(rank=pl.col("hash").rank("ordinal").over(within))
    return ranked.filter(pl.col("rank") <= cap).drop("hash", "rank")


def _exceeds(counts: pl.DataFrame, cap: int) -> bool:
    longest = counts.group_by("row", "at").len()["len"].max()
    return isinstance(longest, int) and longest > cap


def _joined(events: pl.DataFrame, asked: Asked, window_us: int, step_us: int) -> Iterator[pl.DataFrame]:
    """Rows asked with the events of their windows; `row` is the place in the spine."""
    spine = pl.DataFrame(
        {
            "row": np.arange(len(asked.codes)),
            "code": asked.codes,
            "asked": asked.at_us,
            "first": asked.first_us(window_us, step_us),
        }
    )
    sizes = spine.join(events.group_by("code").len("events"), on="code", how="inner", maintain_order="left")
    portion = sizes["events"].cast(pl.Int64).cum_sum() // _JOINED_ROWS
    for part in sizes.drop("events").with_columns(portion=portion).partition_by("portion", include_key=False):
        yield part.join(events, on="code").filter(
            (pl.col("received") <= pl.col("asked")) & (pl.col("at") >= pl.col("first"))
        )


def _in_order(found: list[pl.DataFrame], asked: Asked, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    rows = pl.DataFrame({"row": np.arange(len(asked.codes))})
    if not found:
        return pl.Series("out", [None] * rows.height, dtype)
    return rows.join(pl.concat(found).select("row", "out"), on="row", how="left", maintain_order="left")["out"]
