"""What features read of the lake."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tillstream.core.contracts import topic_named
from tillstream.core.contracts.instants import from_micros
from tillstream.data.lake.bots import without_bots
from tillstream.features.definitions.fields import OCCURRED_ON
from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.language import Source
from tillstream.features.engines.polars.events import columns_needed, events_of

EARLIER: Final = "#earlier"


class Lake(Protocol):
    """The part of tillstream.data.lake.Lake that features stand on."""

    def arrow(self, name: str, columns: list[str] | None = None, where: Any = None) -> pa.Table:
        """A table's rows; empty, with its columns, where the table does not exist yet."""


def begin_of(groups: Iterable[Group], at_us: int) -> dict[str, int]:
    """For each topic where the longest window begins that is asked at `at_us` or later."""
    begin: dict[str, int] = {}
    for group in groups:
        mine = group.oldest_step(at_us) * group.step_us
        begin[group.source.topic] = min(begin.get(group.source.topic, mine), mine)
    return begin


def silver_of(
    lake: Lake, groups: Iterable[Group], since_us: Mapping[str, int], *, log_id: str | None = None
) -> dict[str, pl.DataFrame]:
    """For each topic of the groups its silver rows that happened at or after `since_us[topic]`, without bots'.

    With `log_id`, EARLIER says of each whether it lies in an earlier log: then its offset means nothing on this one,
    and all of it was read before this one began.
    """
    frames = {}
    for topic, columns in columns_needed(groups).items():
        where = pc.field("occurred_at") >= pa.scalar(from_micros(since_us[topic]), pa.timestamp("us", "UTC"))
        name = f"silver.{topic_named(topic).entity}"
        columns = columns if log_id is None else [*columns, "log_id"]
        frame = _frame(lake.arrow(name, columns=columns, where=without_bots(name, where)))
        if log_id is not None:
            is_earlier = (pl.col("log_id") != log_id).fill_null(value=False)
            frame = frame.with_columns(is_earlier.alias(EARLIER)).drop("log_id")
        frames[topic] = frame
    return frames


def events_by_source(groups: Iterable[Group], silver: Mapping[str, pl.DataFrame]) -> dict[Source, pl.DataFrame]:
    """The events of each source that these groups read."""
    found: dict[Source, bool] = {}
    for group in groups:
        found[group.source] = found.get(group.source, False) or OCCURRED_ON in group.fields
    return {source: events_of(source, silver[source.topic], with_day=day) for source, day in found.items()}


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is a frame
    return frame
