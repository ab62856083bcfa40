"""What is done with features besides following the log: release, parity, reading."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tillstream.adapters.store import ReadingStore, WritingStore
from tillstream.apps.wiring.event_log import open_feature_logs
from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.features.definitions import default_schema
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import Compute, Released, release
from tillstream.features.offline.settling import live_lacks, settle, source_ends, store_lacks
from tillstream.features.online import FeatureReader, FeatureRows
from tillstream.features.online.position import POSITION, PREFIX
from tillstream.features.parity import Tally
from tillstream.features.parity.home import check_parity
from tillstream.features.updates import UPDATES


@contextmanager
def _logs_of(settings: Settings) -> Iterator[FeatureLogs]:
    logs = open_feature_logs(settings)
    try:
        yield logs
    finally:
        logs.close()


def run_release(
    settings: Settings, *, wait_seconds: float, until_stored: bool, compute: Compute | None = None
) -> Released:
    """Waits for the live engine and the lake to reach the present end of the log, then sends what batch owns.

    `until_stored` also waits until the online writer has applied it. Each wait takes at most `wait_seconds`.
    Polars computes the tiles, in this process, unless `compute` does.
    """
    schema = default_schema()
    with _logs_of(settings) as logs:
        ends = source_ends(logs.source, schema)
        settle(lambda: live_lacks(logs, schema, ends), wait_seconds)
        released = release(Lake(settings.lake_path), logs, schema, wait_seconds=wait_seconds, compute=compute)
        if until_stored:
            store = WritingStore(settings.store)
            updates = logs.updates.end_offsets(UPDATES)
            settle(lambda: store_lacks(store, logs.updates, schema, updates), wait_seconds)
            store.close()
        return released


def run_parity(settings: Settings, *, sample: int, seed: int, wait_seconds: float) -> Tally:
    """Compares `sample` entities of the store, drawn by the seed, with the Polars reference."""
    with _logs_of(settings) as logs, closing(WritingStore(settings.store)) as store:
        schema = default_schema()
        settle(lambda: store_lacks(store, logs.updates, schema, logs.updates.end_offsets(UPDATES)), wait_seconds)
        keys = [key.removeprefix(PREFIX) for key in store.keys(PREFIX) if key != POSITION]
        drawn = random.Random(seed).sample(keys, min(sample, len(keys)))  # noqa: S311 - a sample, not a secret
        lake = Lake(settings.lake_path)
        now_us = time.time_ns() // 1000
        return check_parity(lake, logs, settings.store, schema, sorted(drawn), now_us, wait_seconds=wait_seconds)


def read_entity(settings: Settings, entity: str, entity_id: str) -> FeatureRows:
    """One entity's features now, as a decision would read them, but without a decision's haste."""

    async def read() -> FeatureRows:
        store = ReadingStore(settings.store.model_copy(update={"deadline_ms": 1_000}))
        try:
            wanted = [feature for feature in default_schema().features.values() if feature.entity == entity]
            return await FeatureReader(store).read({entity: [entity_id]}, wanted, time.time_ns() // 1000)
        finally:
            await store.close()

    return asyncio.run(read())
