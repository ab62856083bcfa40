"""Writing features: updates as the feature worker sends them, into the store, beside HSET of the finished values.

Ours is the one writer: reads the topic, puts each update's tiles into its entity's row and moves the position, so that
a restart is exact. Theirs is a pipeline that sets, for each of the same updates, the values of the features that its
tiles change; it has them ready and keeps no position.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import valkey
from research.benchmarks.feature_home import bring_up, feature_home
from research.benchmarks.line import BenchLine, paired

from tillstream.adapters.log import Record
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import topic_named
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded import LiveEngine
from tillstream.features.engines.embedded.state import LIVE, State
from tillstream.features.logs import FeatureLogs
from tillstream.features.online.merging import merged_row, tiles_by_key
from tillstream.features.online.position import PREFIX
from tillstream.features.online.rows import FeatureRows
from tillstream.features.updates import UPDATES, Tiles, decode_tiles_record, is_tiles

EVENTS, BATCH, ROUNDS, AT_ONCE = 30_000, 250, 9, 5_000
LATENESS_US = 30 * 86_400 * 10**6
BAR = 1.5
Update = tuple[str, dict[str, Any]]


def run() -> list[BenchLine]:
    """Updates a second of both, from an empty store each time."""
    with (
        feature_home() as (home, store),
        tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder,
        closing(SqliteLog(home / "log")) as source,
        closing(SqliteLog(Path(folder))) as updates,
    ):
        count_live(source, updates)
        return measured(updates, store)


def count_live(source: SqliteLog, updates: SqliteLog) -> None:
    """Has a live engine send the updates of the shop's newest events, half a second of a busy shop in a batch."""
    schema, records = default_schema(), list[Record]()
    for topic in schema.topics:
        for partition in range(topic_named(topic).partitions):
            end = source.end_offsets(topic).get(partition, 0)
            records += source.read(topic, partition, max(0, end - EVENTS), EVENTS)
    newest = sorted(records, key=lambda record: record.received_at_us)[-EVENTS:]
    engine = LiveEngine(FeatureLogs(source, updates), schema, lateness_us=LATENESS_US)
    first = engine.offsets()
    for record in reversed(newest):
        first[record.topic, record.partition] = record.offset
    with updates.transaction(UPDATES) as transaction:
        State(transaction.connection).set_offsets(LIVE, first)
    for start in range(0, len(newest), BATCH):
        engine.apply(engine.decode(newest[start : start + BATCH]))


def measured(updates: SqliteLog, store: StoreSettings) -> list[BenchLine]:
    """The figures on a topic of updates."""
    gc.set_threshold(500_000, 20, 50)  # as the feature worker sets it; for both sides
    client = valkey.Valkey(host=store.host, port=store.port)
    bring_up(updates, store)
    finished = finished_updates(updates, client)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        client.flushall()
        ours.append(len(finished) / seconds(lambda: bring_up(updates, store)))
        client.flushall()
        theirs.append(len(finished) / seconds(lambda: set_all(client, finished)))
    values = statistics.mean(len(mapping) for _, mapping in finished)
    return [
        paired("writer_updates_per_second_of_hset", ours, theirs, bar=BAR, better="higher"),
        BenchLine("writer_updates", len(finished)),
        BenchLine("writer_values_per_update", values),
        *parts(updates),
    ]


def parts(updates: SqliteLog) -> list[BenchLine]:
    """What an update takes in microseconds before it goes to the store: read and decoded, put into its row."""
    schema, tiles, records = default_schema(), dict[str, Tiles](), list[Record]()

    def read() -> None:
        for partition in range(topic_named(UPDATES).partitions):
            records.extend(updates.read(UPDATES, partition, 0, 10**9))
        tiles.update(tiles_by_key(schema, records)[0])

    def merge() -> None:
        for key, changed in tiles.items():
            merged_row(schema, key.partition(":")[0], None, changed)

    read_us, merge_us = (1e6 * seconds(work) for work in (read, merge))
    return [
        BenchLine("writer_read_us_per_update", read_us / len(records)),
        BenchLine("writer_merge_us_per_row", merge_us / len(tiles)),
        BenchLine("writer_updates_per_row", len(records) / len(tiles)),
    ]


def finished_updates(updates: SqliteLog, client: valkey.Valkey) -> list[Update]:
    """For each update the hash to set: the values, as they end up, of the features that its tiles change."""
    schema, found, values = default_schema(), list[Update](), dict[str, dict[str, Any]]()
    now_us = time.time_ns() // 1_000
    for partition in range(topic_named(UPDATES).partitions):
        for record in filter(is_tiles, updates.read(UPDATES, partition, 0, 10**9)):
            entity, _, one = record.key.partition(":")
            if record.key not in values:
                asked = tuple(f for f in schema.features.values() if f.entity == entity and f.is_numeric)
                row = cast("bytes | None", client.get(PREFIX + record.key))
                rows = FeatureRows.of(schema, asked, {entity: {one: row}}, at_us=now_us, position="")
                values[record.key] = rows.values[entity][one]
            changed = {number for number, _, _ in decode_tiles_record(record.value)[1]}
            mapping = {
                name: "" if value is None else value
                for name, value in values[record.key].items()
                if name in schema.bindings and schema.bindings[name].number in changed
            }
            if mapping:
                found.append((f"finished:{record.key}", mapping))
    return found


def set_all(client: valkey.Valkey, finished: list[Update]) -> None:
    """Sets them all, as many in a pipeline as our writer takes at once."""
    for start in range(0, len(finished), AT_ONCE):
        with client.pipeline(transaction=False) as pipeline:
            for key, mapping in finished[start : start + AT_ONCE]:
                pipeline.hset(key, mapping=mapping)
            pipeline.execute()  # type: ignore[no-untyped-call]


def seconds(work: Callable[[], Any]) -> float:
    """What it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
