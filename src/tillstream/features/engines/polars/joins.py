"""Each row of a spine joined with the events of its window, in portions of bounded size."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from tillstream.features.engines.polars.windows import Reach

_JOINED_ROWS = 8_000_000


def joined(events: pl.DataFrame, reach: Reach) -> Iterator[pl.DataFrame]:
    """The events of each row's window; `row` is the place in the spine. `events` has `code`, `at` and `received`."""
    spine = pl.DataFrame(
        {
            "row": np.arange(len(reach.codes)),
            "code": reach.codes,
            "known": reach.known_us,
            "first": reach.first,
            "end": reach.end,
        }
    )
    sizes = spine.join(events.group_by("code").len("events"), on="code", how="inner", maintain_order="left")
    portion = sizes["events"].cast(pl.Int64).cum_sum() // _JOINED_ROWS
    for part in sizes.drop("events").with_columns(portion=portion).partition_by("portion", include_key=False):
        known = part.join(events, on="code").filter(pl.col("received") <= pl.col("known"))
        if reach.most_instants is not None:
            rank = pl.col("at").rank("dense", descending=True).over("row")
            known = known.filter(rank <= reach.most_instants)
        yield known.filter((pl.col("at") >= pl.col("first")) & (pl.col("at") < pl.col("end")))


def in_order(found: list[pl.DataFrame], rows: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """The column `out` of these frames by `row`, null for rows that are in none."""
    if not found:
        return pl.Series("out", [None] * rows, dtype)
    spine = pl.DataFrame({"row": np.arange(rows)})
    return spine.join(pl.concat(found).select("row", "out"), on="row", how="left", maintain_order="left")["out"]
