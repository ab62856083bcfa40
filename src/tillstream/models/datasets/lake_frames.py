"""Tables of the lake as Polars frames."""

from collections.abc import Sequence
from typing import Any, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tillstream.data.lake.bots import without_bots


class Lake(Protocol):
    """The part of tillstream.data.lake.Lake that models stand on."""

    def arrow(self, name: str, columns: list[str] | None = None, where: Any = None) -> pa.Table:
        """A table's rows; empty, with its columns, where the table does not exist yet."""


def frame_of(lake: Lake, name: str, columns: Sequence[str], kinds: Sequence[str] = ()) -> pl.DataFrame:
    """Columns of a silver table in order of time and place in the log; with `kinds`, only those kinds.

    Clicks of bots are left out.
    """
    where = pc.field("kind").isin(list(kinds)) if kinds else None
    read = dict.fromkeys([*columns, "occurred_at", "log_partition", "log_offset"])
    frame = pl.from_arrow(lake.arrow(name, columns=list(read), where=without_bots(name, where)))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is a frame
    return frame.sort("occurred_at", "log_partition", "log_offset").select(columns)
