"""Waiting until the lake, the live engine or the store has come as far as it must."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.store import WritingStore
from tillstream.core.errors import Transient
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.state import LIVE, State
from tillstream.features.errors import FeatureError
from tillstream.features.logs import FeatureLogs
from tillstream.features.online.position import POSITION, decode_position
from tillstream.features.updates import UPDATES, Offsets

LAKE_GROUP: Final = "lake"
_NAP_SECONDS: Final = 0.1


class NotSettled(FeatureError, Transient):
    """Something has not come as far as it must; says what waits for what, and what to run."""


def settle(lacks: Callable[[], str | None], wait_seconds: float) -> None:
    """Returns when nothing is lacking; raises NotSettled with what still is after `wait_seconds`."""
    until = time.monotonic() + wait_seconds
    while (lacking := lacks()) is not None:
        if time.monotonic() >= until:
            raise NotSettled(lacking)
        time.sleep(_NAP_SECONDS)


def lake_offsets(log: Log) -> dict[tuple[str, int], int]:
    """Up to where the lake worker has taken each source partition."""
    lag = log.lag(LAKE_GROUP)
    ends = {topic: log.end_offsets(topic) for topic in {topic for topic, _ in lag}}
    return {(topic, partition): ends[topic][partition] - behind for (topic, partition), behind in lag.items()}


def lake_lacks(log: Log, counted: Offsets) -> str | None:
    """How far silver is behind what was counted; None when it holds all of it."""
    reached = lake_offsets(log)
    behind = sum(max(0, offset - reached.get(place, 0)) for place, offset in counted.items())
    return f"silver is {behind} records behind the live features; run `tillstream lake work`" if behind else None


def live_lacks(logs: FeatureLogs, schema: Schema, ends: Offsets) -> str | None:
    """How far the live engine is behind these ends of the source topics; None when it has counted all."""
    with logs.updates.transaction(UPDATES) as transaction:
        state = State(transaction.connection)
        state.prepare(logs.identity(schema))
        reached = state.offsets(LIVE)
    behind = sum(max(0, end - reached.get(place, 0)) for place, end in ends.items())
    return f"the live features are {behind} records behind; run `tillstream features work`" if behind else None


def source_ends(log: Log, schema: Schema) -> dict[tuple[str, int], int]:
    """Where the topics that features read end now."""
    return {(topic, partition): end for topic in schema.topics for partition, end in log.end_offsets(topic).items()}


def store_lacks(store: WritingStore, updates: SqliteLog, schema: Schema, ends: Mapping[int, int]) -> str | None:
    """How far the store is behind these ends of feature_updates.v1; None when it may be compared."""
    (told,) = store.mget([POSITION])
    position = decode_position(told) if told else None
    if position is None or (position.log_id, position.schema) != (updates.log_id, schema.fingerprint):
        return "the store is empty or of another log; run `tillstream features work`"
    if position.needs_batch:
        return "batch owes the store: `tillstream features release` sends it, `tillstream features work` stores it"
    behind = sum(max(0, end - position.next.get(partition, 0)) for partition, end in ends.items())
    if behind or not position.is_ready:
        return f"the store is {behind} records behind feature_updates.v1; run `tillstream features work`"
    return None
