"""Windows that are no difference of running sums: each row of the spine is joined with the events of its window."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from tillstream.features.definitions.decay import oldest_age, weights
from tillstream.features.definitions.groups import Column
from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.engines.polars.events import matches
from tillstream.features.engines.polars.joins import in_order, joined
from tillstream.features.engines.polars.searches import Ints
from tillstream.features.engines.polars.windows import Reach, weight_of


def sums(events: pl.DataFrame, columns: Sequence[Column], reach: Reach) -> Ints:
    """One row for each row asked, one column for each column of the group."""
    names = [f"#{n}" for n in range(len(columns))]
    weighed = events.select(
        "code", "at", "received", *(weight_of(c).alias(name) for c, name in zip(columns, names, strict=True))
    )
    total = np.zeros((len(reach.codes), len(columns)), np.int64)
    for part in joined(weighed, reach):
        found = part.group_by("row").agg(pl.col(names).sum())
        total[found["row"].to_numpy()] = found.select(names).to_numpy()
    return total


def decayed(
    events: pl.DataFrame, column: Column, half_life_seconds: int, window_us: int, step_us: int, now: Ints, reach: Reach
) -> Ints:
    """The decayed sum of a column times decay.SCALE; `now` is the step whose age is 0, for each row."""
    table = np.array(weights(half_life_seconds, step_us, oldest_age(window_us, step_us)), np.int64)
    weighed = events.select("code", "at", "received", value=weight_of(column))
    total = np.zeros(len(reach.codes), np.int64)
    for part in joined(weighed, reach):
        rows = part["row"].to_numpy()
        ages = np.maximum(now[rows] - part["at"].to_numpy() // step_us, 0)
        np.add.at(total, rows, part["value"].to_numpy() * table[ages])
    return total


def extreme(events: pl.DataFrame, column: Column, reach: Reach) -> pl.Series:
    """The least or the greatest value."""
    named = events.select("code", "at", "received", value=pl.when(matches(column.where)).then(pl.col(column.of or "")))
    least = column.adds == "min"
    found = [
        part.group_by("row").agg(
            (pl.col("value").min() if least else pl.col("value").max()).cast(pl.Int64).alias("out")
        )
        for part in joined(named, reach)
    ]
    return in_order(found, len(reach.codes), pl.Int64)


def end_event(events: pl.DataFrame, field: str | None, reach: Reach, *, newest: bool) -> tuple[pl.Series, pl.Series]:
    """When the window's newest or oldest event was, and its field; by event time, place, then the field."""
    value = pl.col(field) if field is not None else pl.lit(0, pl.Int64)
    named = events.select("code", "at", "received", "place", value=value)
    by = ["row", "at", "place", "value"]
    found = [
        part.sort(by)
        .unique("row", keep="last" if newest else "first", maintain_order=True)
        .select("row", "at", "value")
        for part in joined(named, reach)
    ]
    rows = len(reach.codes)
    times = in_order([frame.select("row", out="at") for frame in found], rows, pl.Int64)
    return times, in_order([frame.select("row", out="value") for frame in found], rows, named.schema["value"])


def distinct_counts(events: pl.DataFrame, field: str, cap: int, step_us: int, reach: Reach) -> pl.Series:
    """How many different values, at most `cap`, in the order asked."""
    # Within a step the first copy of a value to be known is the one that counts.
    firsts = events.group_by("code", pl.col("at") // step_us * step_us, value=field).agg(pl.col("received").min())
    found = [
        part.group_by("row").agg(pl.col("value").n_unique().clip(upper_bound=cap).cast(pl.Int64).alias("out"))
        for part in joined(firsts, reach)
    ]
    return in_order(found, len(reach.codes), pl.Int64)


def top_counts(events: pl.DataFrame, field: str, cap: int, k: int, step_us: int | None, reach: Reach) -> pl.Series:
    """Up to `k` values with their counts, most frequent first, ties by value; a list of structs.

    `cap` holds within each step, or in all where `step_us` is None.
    """
    named = events.select("code", "at", "received", value=field)
    step = pl.col("at") // step_us if step_us is not None else pl.lit(0, pl.Int64)
    found = []
    for part in joined(named, reach):
        counts = part.group_by("row", step.alias("step"), "value").len("count")
        if _exceeds(counts, cap):
            counts = with_smallest_hashes(counts, ["row", "step"], cap)
        counts = counts.group_by("row", "value").agg(pl.col("count").sum().cast(pl.Int64))
        counts = counts.sort("row", "count", "value", descending=[False, True, False])
        found.append(counts.group_by("row", maintain_order=True).agg(pl.struct("value", "count").head(k).alias("out")))
    return in_order(found, len(reach.codes), pl.List(pl.Struct({"value": pl.String, "count": pl.Int64})))


def recent_values(events: pl.DataFrame, field: str, k: int, reach: Reach) -> tuple[pl.Series, pl.Series]:
    """The last `k` different values, newest first, and the time of each."""
    named = events.select("code", "at", "received", "place", value=field)
    found = []
    for part in joined(named, reach):
        ordered = part.sort("row", "at", "place", "value", descending=[False, True, True, True])
        ordered = ordered.unique(["row", "value"], keep="first", maintain_order=True)
        by_row = ordered.group_by("row", maintain_order=True)
        found.append(by_row.agg(pl.col("value").head(k).alias("out"), pl.col("at").head(k).alias("times")))
    rows = len(reach.codes)
    times = in_order([frame.select("row", out="times") for frame in found], rows, pl.List(pl.Int64))
    return in_order(found, rows, pl.List(pl.String)), times


def with_smallest_hashes(counts: pl.DataFrame, within: list[str], cap: int) -> pl.DataFrame:
    """Those of the `cap` values with the smallest hashes within each step."""
    values = counts["value"].unique()
    hashes = pl.DataFrame({"value": values, "hash": pl.Series([stable_hash(v) for v in values], dtype=pl.Int64)})
    ranked = counts.join(hashes, on="value").with_columns(rank=pl.col("hash").rank("ordinal").over(within))
    return ranked.filter(pl.col("rank") <= cap).drop("hash", "rank")


def _exceeds(counts: pl.DataFrame, cap: int) -> bool:
    longest = counts.group_by("row", "step").len()["len"].max()
    return isinstance(longest, int) and longest > cap
