"""The tiles that a release sends, computed where the frames are; this process sees packed records alone."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as f

from tillstream.features.definitions import Schema
from tillstream.features.definitions.language import DAY, Source
from tillstream.features.engines.spark import Owned, columns_of_source, events_of, keyed_tiles, tiles_of
from tillstream.features.engines.spark.events import PLACE
from tillstream.features.engines.spark.records import united
from tillstream.features.engines.spark.tiles import Numbered, is_of_log, is_unread
from tillstream.features.offline.release import Owed, Standing
from tillstream.features.offline.silver import begin_of
from tillstream.features.offline.spark.silver import Frames
from tillstream.features.tiles import Payload

_DAY_US: Final = DAY * 10**6
_ROWS_A_PART: Final = 50_000
"""Rows of silver, so that the driver never holds more than some ten megabytes of what came of them."""


def owed_by_spark(frames: Frames, schema: Schema, standing: Standing) -> Owed:
    """What offline.release.owed_by_polars says, in the order that Spark comes to it.

    Of windows only the days are read that hold a step released since, or a row of silver read since.
    """
    begin = begin_of((group for of in schema.groups.values() for group in of), standing.released_us)
    read, changed = dict(standing.covered), dict(begin)
    news = [_news(topic, frames(topic, since_us), _owned(standing, topic)) for topic, since_us in begin.items()]
    told = united(news).collect()
    read |= {(row.topic, row.log_partition): row.end for row in told if row.end}
    parts = 1 + sum(row.rows for row in told) // _ROWS_A_PART
    if standing.sent_us:
        for topic, since_us in begin.items():
            first_us = min([standing.sent_us, *(row.unread_us for row in told if row.topic == topic and row.unread_us)])
            changed[topic] = max(since_us, first_us // _DAY_US * _DAY_US)
    tiles: list[tuple[str, DataFrame]] = []
    for entity, source, groups in _by_source(schema):
        since_us = begin[source.topic] if groups[0][1].keep != "window" else changed[source.topic]
        silver = frames(source.topic, since_us)
        events = events_of(source, silver, columns_of_source(group for _, group in groups))
        tiles += [(entity, of) for of in tiles_of(groups, events, _owned(standing, source.topic))]
    keyed = keyed_tiles(schema.groups, tiles, parts)
    return Owed(read, _unpacked(keyed.toLocalIterator(prefetchPartitions=True)))


def _by_source(schema: Schema) -> Iterator[tuple[str, Source, list[Numbered]]]:
    """The groups of each source, those that keep a window's steps apart from those that keep one tile."""
    for entity, groups in schema.groups.items():
        sources: dict[tuple[Source, bool], list[Numbered]] = defaultdict(list)
        for number, group in enumerate(groups):
            sources[group.source, group.keep == "window"].append((number, group))
        for (source, _), of in sources.items():
            yield entity, source, of


def _news(topic: str, rows: DataFrame, owned: Owned) -> DataFrame:
    """Of each partition of a topic's silver its rows, its end, and when the earliest row happened that is new in it.

    The end is that of this log; null where all rows are of an earlier one.
    """
    end = f"max(log_offset) FILTER (WHERE {is_of_log(owned.log_id)}) + 1"
    unread_us = f"min(unix_micros(occurred_at)) FILTER (WHERE {is_unread(PLACE, owned)})"
    made = rows.groupBy("log_partition").agg(
        f.expr("count(*)").alias("rows"), f.expr(end).alias("end"), f.expr(unread_us).alias("unread_us")
    )
    return made.selectExpr(f"'{topic}' AS topic", "*")


def _owned(standing: Standing, topic: str) -> Owned:
    covered = {partition: offset for (of, partition), offset in standing.covered.items() if of == topic}
    return Owned(standing.released_us, standing.sent_us, covered, standing.log_id)


def _unpacked(rows: Iterator[Row]) -> Iterator[tuple[str, list[tuple[int, int, Payload]]]]:
    for row in rows:
        payloads = (msgspec.Raw(bytes(one)) for one in row.payloads)
        yield row.key, list(zip(row.numbers, row.steps, payloads, strict=True))
