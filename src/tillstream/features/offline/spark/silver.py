"""What features read of the lake, as Spark frames."""

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from pyspark.sql import DataFrame, SparkSession

from tillstream.core.contracts import topic_named
from tillstream.core.contracts.instants import from_micros
from tillstream.data.lake import Lake
from tillstream.data.lake.spark.reading import frame_of

Frames: TypeAlias = Callable[[str, int], DataFrame]
"""(topic, microseconds) to the topic's silver rows that happened then or later, without bots'."""


def frames_of_lake(session: SparkSession, lake: Lake) -> Frames:
    """The lake's tables as they are when first asked for; files of earlier days are not opened."""

    @cache
    def frame(topic: str, since_us: int) -> DataFrame:
        name = f"silver.{topic_named(topic).entity}"
        by_day = f"occurred_on >= '{from_micros(since_us).date()}'" if since_us else None
        return people(topic, frame_of(session, lake, name, by_day)).where(f"unix_micros(occurred_at) >= {since_us}L")

    return frame


def people(topic: str, rows: DataFrame) -> DataFrame:
    """The rows without those that a bot made; one landed before bots were told apart counts as a person's."""
    return rows.where("NOT coalesce(is_bot, false)") if topic == "clicks.v1" else rows
