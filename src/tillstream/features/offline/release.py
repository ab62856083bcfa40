"""Batch takes over closed steps: their tiles, computed from silver, go through the same topic to the same store.

A run sends the tiles of steps released since the run before, and again those that later rows of silver changed.
Who computes them is the caller's choice; what is sent is the same bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeAlias

import polars as pl

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.features.definitions import Schema
from tillstream.features.definitions.groups import Group
from tillstream.features.engines.embedded.state import BATCH, IN_LAKE, LIVE, RESEND, SENT_UNTIL, SOME_LIVE, State
from tillstream.features.engines.polars.events import PARTITION_BITS
from tillstream.features.engines.polars.tiles import tiles_of, with_steps
from tillstream.features.errors import Superseded
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.settling import lake_lacks, lake_offsets, settle
from tillstream.features.offline.silver import EARLIER, Lake, begin_of, events_by_source, silver_of
from tillstream.features.tiles import Payload
from tillstream.features.updates import UPDATES, Offsets, offsets_text, resent_mark, tiles_record, update_key

_RECORDS_AT_ONCE: Final = 4_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Who owns what: steps up to `released_us` are batch's, and it has sent those up to `sent_us`."""

    released_us: int
    sent_us: int
    live: Offsets
    """All below is counted live."""
    covered: Offsets
    """Up to where silver had been read when batch last sent."""
    resend: bool
    log_id: str
    """Whose offsets these are; rows of an earlier log were all read before."""
    some_live: Offsets = field(default_factory=dict)
    """Nothing beyond is counted in any live tile."""


@dataclass(frozen=True, slots=True)
class Released:
    """What a run sent."""

    until_us: int
    tiles: int
    rows: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What a run has to send: up to where silver was read, and by update key each (group number, step, payload)."""

    read: Offsets
    tiles: Iterable[tuple[str, list[tuple[int, int, Payload]]]]


Compute: TypeAlias = Callable[[Schema, Standing], Owed]


def standing_of(logs: FeatureLogs, schema: Schema) -> Standing:
    """As the state says now."""
    with logs.updates.transaction(UPDATES) as transaction:
        state = State(transaction.connection)
        state.prepare(logs.identity(schema))
        resend = state.fact(RESEND) is not None
        sent_us = 0 if resend else int(state.fact(SENT_UNTIL) or 0)
        covered = {} if resend else state.offsets(BATCH)
        live, log_id = state.offsets(LIVE), logs.source.log_id
        some_live = {**live, **state.offsets(SOME_LIVE)}
        return Standing(state.released_until_us, sent_us, live, covered, resend, log_id, some_live)


def release(
    lake: Lake, logs: FeatureLogs, schema: Schema, *, wait_seconds: float = 0.0, compute: Compute | None = None
) -> Released:
    """One run, its tiles computed by Polars unless `compute` says otherwise.

    Raises NotSettled while silver lacks what live tiles count, Superseded when another run got ahead.
    """
    standing = standing_of(logs, schema)
    settle(lambda: lake_lacks(logs.source, standing.some_live), wait_seconds)
    in_lake = lake_offsets(logs.source)  # asked before silver is read
    owed = compute(schema, standing) if compute else owed_by_polars(lake, schema, standing)
    return _send(logs.updates, schema, standing, owed, in_lake)


def owed_by_polars(lake: Lake, schema: Schema, standing: Standing) -> Owed:
    """The tiles to send, computed in this process."""
    groups = [group for of in schema.groups.values() for group in of]
    silver = silver_of(lake, groups, begin_of(groups, standing.released_us), log_id=standing.log_id)
    read = {place: n for topic, frame in silver.items() for place, n in _ends(topic, frame).items()}
    events = events_by_source(groups, silver)
    tiles: dict[str, list[tuple[int, int, Payload]]] = defaultdict(list)
    for entity, of in schema.groups.items():
        for number, group in enumerate(of):
            mine = _to_send(group, events[group.source], standing)
            for key, step, payload in tiles_of(group, mine):
                tiles[update_key(entity, key)].append((number, step, payload))
    return Owed({**standing.covered, **read}, tiles.items())


def _ends(topic: str, frame: pl.DataFrame) -> dict[tuple[str, int], int]:
    ends = frame.filter(~pl.col(EARLIER)).group_by("log_partition").agg(pl.col("log_offset").max() + 1)
    return {(topic, partition): end for partition, end in ends.iter_rows()}


def _to_send(group: Group, events: pl.DataFrame, standing: Standing) -> pl.DataFrame:
    """The events of every tile that was released since, or that a row of silver read since belongs to."""
    ended = (pl.col("step") + 1) * group.step_us
    owned = with_steps(group, events).filter(
        (ended <= standing.released_us) & (pl.col("step") >= group.oldest_step(standing.released_us))
    )
    if group.keep == "newest":
        # Only the newest step can matter; live ones are newer still.
        owned = owned.filter(pl.col("step") == pl.col("step").max().over("key"))
    if group.keep == "ever":
        # One base tile holds all that is released, so any change in it sends all of its key.
        changed = owned.filter(_is_changed(group, standing)).select("key").unique()
        return owned.join(changed, on="key", how="semi").with_columns(
            step=pl.lit(-base_until(group, standing.released_us))
        )
    if not standing.sent_us:
        return owned
    changed = owned.filter(_is_changed(group, standing)).select("key", "step").unique()
    return owned.join(changed, on=["key", "step"], how="semi")


def base_until(group: Group, released_us: int) -> int:
    """The first step that is in no base tile when steps have been released so far."""
    return released_us // group.step_us


def _is_changed(group: Group, standing: Standing) -> pl.Expr:
    covered = {partition: n for (topic, partition), n in standing.covered.items() if topic == group.source.topic}
    place = pl.col("place")
    known = (place // 2**PARTITION_BITS).replace_strict(covered, default=0, return_dtype=pl.Int64)
    is_unread: pl.Expr = (place % 2**PARTITION_BITS >= known) & ~pl.col(EARLIER)
    return is_unread | ((pl.col("step") + 1) * group.step_us > standing.sent_us)


def _send(updates: SqliteLog, schema: Schema, standing: Standing, owed: Owed, in_lake: Offsets) -> Released:
    """In several transactions, so that the live engine waits for none of them long; the last one settles the run."""
    tiles = rows = 0
    remaining = records_of(schema, owed)
    while portion := list(islice(remaining, _RECORDS_AT_ONCE)):
        with updates.transaction(UPDATES) as transaction:
            _check_still(State(transaction.connection), standing)
            transaction.append([record for record, _ in portion])
        tiles, rows = tiles + sum(count for _, count in portion), rows + len(portion)
    with updates.transaction(UPDATES) as transaction:
        state = State(transaction.connection)
        _check_still(state, standing)
        state.set_offsets(BATCH, owed.read)
        state.set_fact(SENT_UNTIL, str(standing.released_us))
        if standing.resend:
            state.clear_fact(RESEND)
        state.set_offsets(IN_LAKE, in_lake)
        if state.settle() or standing.resend:
            transaction.append([resent_mark()])
    return Released(standing.released_us, tiles, rows)


def _check_still(state: State, standing: Standing) -> None:
    if not standing.resend and int(state.fact(SENT_UNTIL) or 0) != standing.sent_us:
        raise Superseded("the release of steps")
    if state.released_until_us < standing.released_us:
        raise Superseded("the live engine's state")


def records_of(schema: Schema, owed: Owed) -> Iterator[tuple[NewRecord, int]]:
    """Each record to send, and how many tiles it holds."""
    headers: dict[frozenset[str], str] = {}
    for key, mine in owed.tiles:
        entity = key.partition(":")[0]
        topics = frozenset(schema.groups[entity][number].source.topic for number, _, _ in mine)
        if topics not in headers:
            headers[topics] = offsets_text(owed.read, topics)
        tiles = sorted(mine, key=lambda t: t[:2])
        yield tiles_record(key, schema.fingerprints[entity], tiles, headers[topics]), len(tiles)
