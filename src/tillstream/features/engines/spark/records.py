"""Tiles of all groups brought together by entity, each row a whole record's worth, its payloads packed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyspark.sql import DataFrame

from tillstream.features.definitions.groups import Group
from tillstream.features.engines.spark.payloads import payload_of
from tillstream.features.engines.spark.tiles import TILE
from tillstream.features.updates import update_key

_RECORD: Final = "key string, numbers array<int>, steps array<bigint>, payloads array<binary>"
_ROWS_AT_ONCE: Final = 2_000


def keyed_tiles(
    groups: Mapping[str, tuple[Group, ...]], tiles: Iterable[tuple[str, DataFrame]], parts: int
) -> DataFrame:
    """A row for each entity: `key` as in feature_updates.v1, then by group and step `numbers`, `steps`, `payloads`.

    `tiles` are frames of tiles_of, each with the entity it is of; a payload is MessagePack. In so many partitions.
    """
    told = [of.selectExpr(f"concat('{update_key(entity, '')}', key) AS key", *TILE) for entity, of in tiles]
    ordered = united(told).repartition(parts, "key").sortWithinPartitions("key", "number", "step")
    return ordered.mapInArrow(_packing(dict(groups)), _RECORD)


def united(frames: Sequence[DataFrame]) -> DataFrame:
    """All rows of all frames; in halves, for each union goes over all that is below it."""
    if len(frames) == 1:
        return frames[0]
    half = len(frames) // 2
    return united(frames[:half]).union(united(frames[half:]))


def _packing(
    groups: Mapping[str, tuple[Group, ...]],
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:

    def pack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = (row for batch in batches for row in batch.to_pylist())
        found: list[dict[str, Any]] = []
        for key, tiles in groupby(rows, itemgetter("key")):
            of = groups[key.partition(":")[0]]
            mine = list(tiles)
            payloads = [
                msgspec.msgpack.encode(payload_of(of[one["number"]], one["numbers"], one["texts"])) for one in mine
            ]
            numbers, steps = [one["number"] for one in mine], [one["step"] for one in mine]
            found.append({"key": key, "numbers": numbers, "steps": steps, "payloads": payloads})
            if len(found) == _ROWS_AT_ONCE:
                yield _batch(found)
                found = []
        if found:
            yield _batch(found)

    return pack


def _batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, _SCHEMA)


_SCHEMA: Final = pa.schema(
    {
        "key": pa.string(),
        "numbers": pa.list_(pa.int32()),
        "steps": pa.list_(pa.int64()),
        "payloads": pa.list_(pa.binary()),
    }
)
