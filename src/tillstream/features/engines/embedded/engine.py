"""The live engine: one batch of records becomes tiles, state and offsets in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tillstream.adapters.log import Record
from tillstream.adapters.log.sqlite import TopicTransaction
from tillstream.core.contracts import decode, topic_named
from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.bots import is_bot
from tillstream.core.contracts.decoding import micros
from tillstream.core.errors import EventRejected
from tillstream.features.definitions import Schema
from tillstream.features.definitions.language import DAY
from tillstream.features.engines.embedded.plans import Plan, plans_of
from tillstream.features.engines.embedded.state import LIVE, State
from tillstream.features.errors import Superseded
from tillstream.features.logs import FeatureLogs
from tillstream.features.tiles import Payload
from tillstream.features.updates import (
    UPDATES,
    Offsets,
    decode_open,
    encode_open,
    offsets_text,
    release_marks,
    tiles_record,
)

_DAY_US: Final = DAY * 10**6
_LAST_RECORDS: Final = 20


class Arrived(NamedTuple):
    """An event that obeys its contract, with its place."""

    topic: str
    place: int
    at_us: int
    event: Any


@dataclass(frozen=True)
class Batch:
    """Records in the order of their partitions, decoded outside any transaction; `starts` is where reading began."""

    starts: Offsets
    following: Offsets
    arrived: Sequence[tuple[tuple[str, int], int, Arrived]]
    """With partition and offset."""
    rejected: int
    newest_us: int


@dataclass(slots=True)
class Outcome:
    """What a batch came to."""

    events: int = 0
    duplicates: int = 0
    late_to_batch: int = 0
    rejected: int = 0
    tiles: int = 0
    rows: int = 0
    released_until_us: int = 0


class LiveEngine:
    """Keeps no state in memory: any number of engines may be at work, and each event still counts once.

    A batch that begins after the kept offset raises Superseded; the part of one that lies below it is left out.
    """

    def __init__(self, logs: FeatureLogs, schema: Schema, *, lateness_us: int) -> None:
        self._logs, self._schema, self._lateness_us = logs, schema, lateness_us
        self._plans = plans_of(schema)
        self._partitions = topic_named(UPDATES).partitions

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics it reads."""
        return self._schema.topics

    @property
    def identity(self) -> str:
        """What the state is bound to."""
        return self._logs.identity(self._schema)

    def offsets(self) -> dict[tuple[str, int], int]:
        """Where to read on, for every source partition; 0 where nothing was read."""
        with self._logs.updates.transaction(UPDATES) as transaction:
            state = State(transaction.connection)
            state.prepare(self.identity)
            kept = state.offsets(LIVE)
        places = [(t, p) for t in self._schema.topics for p in range(topic_named(t).partitions)]
        return {place: kept.get(place, 0) for place in places}

    def decode(self, records: Sequence[Record]) -> Batch:
        """The events of these records; those that break a rule are counted, the lake makes dead letters of them.

        Clicks of bots are for the lake alone.
        """
        starts: dict[tuple[str, int], int] = {}
        following: dict[tuple[str, int], int] = {}
        arrived = []
        rejected = newest_us = 0
        for record in records:
            partition = (record.topic, record.partition)
            starts.setdefault(partition, record.offset)
            following[partition] = record.offset + 1
            try:
                event = decode(topic_named(record.topic), record.value, received_at_us=record.received_at_us)
            except EventRejected:
                rejected += 1
                continue
            if isinstance(event, Click) and is_bot(event):
                continue
            at_us = micros(event)
            newest_us = max(newest_us, at_us)
            place = (record.partition << 48) + record.offset
            arrived.append((partition, record.offset, Arrived(record.topic, place, at_us, event)))
        return Batch(starts, following, arrived, rejected, newest_us)

    def apply(self, batch: Batch, *, read_from: Offsets | None = None, horizon_us: int = 0) -> Outcome:
        """Counts the batch's events, sends the tiles they changed, and releases what has closed.

        `read_from` is where reading began, if the first records were not at hand. Steps that ended by
        `horizon_us` are released before anything is counted: that is how a long backlog goes to batch.
        """
        outcome = Outcome(rejected=batch.rejected)
        with self._logs.updates.transaction(UPDATES) as transaction:
            state = State(transaction.connection)
            if state.prepare(self.identity):
                raise Superseded("the state of the live engine")
            kept = state.offsets(LIVE)
            starts = read_from or batch.starts
            if any(starts[place] > kept.get(place, 0) for place in batch.following if place in starts):
                raise Superseded("the live engine's offsets")
            offsets = {**kept, **{p: max(n, kept.get(p, 0)) for p, n in batch.following.items()}}
            self._release(transaction, state, horizon_us, offsets)
            fresh = self._fresh(state, batch, kept, outcome)
            self._fold(transaction, state, fresh, offsets, outcome)
            state.set_offsets(LIVE, offsets)
            self._release(transaction, state, batch.newest_us - self._lateness_us, offsets)
            outcome.released_until_us = state.released_until_us
        return outcome

    def backlog_horizon_us(self) -> int:
        """Up to where steps have closed by the newest events on the log, read or not; 0 for an empty log."""
        newest = 0
        for topic in self._schema.topics:
            for partition, end in self._logs.source.end_offsets(topic).items():
                last = self._logs.source.read(topic, partition, max(0, end - _LAST_RECORDS), _LAST_RECORDS)
                newest = max(newest, self.decode(last).newest_us)
        return newest - self._lateness_us if newest else 0

    def _fresh(self, state: State, batch: Batch, kept: Offsets, outcome: Outcome) -> list[Arrived]:
        """Events not looked at before, each event_id once a day, of days with an open step."""
        released = state.released_until_us
        by_day: dict[tuple[str, int], dict[str, Arrived]] = defaultdict(dict)
        for partition, offset, arrived in batch.arrived:
            if offset < kept.get(partition, 0):
                continue
            outcome.events += 1
            day = arrived.at_us // _DAY_US
            if (day + 1) * _DAY_US <= released:
                outcome.late_to_batch += 1
                continue
            ids = by_day[arrived.topic, day]
            if arrived.event.event_id in ids:
                outcome.duplicates += 1
            else:
                ids[arrived.event.event_id] = arrived
        fresh: list[Arrived] = []
        for (topic, day), ids in by_day.items():
            known = state.seen(topic, day, ids)
            outcome.duplicates += len(known)
            found = {event_id: one for event_id, one in ids.items() if event_id not in known}
            state.add_seen((topic, day, event_id) for event_id in found)
            fresh += found.values()
        return fresh

    def _fold(
        self,
        transaction: TopicTransaction,
        state: State,
        fresh: Sequence[Arrived],
        offsets: Offsets,
        outcome: Outcome,
    ) -> None:
        work: dict[str, list[tuple[Plan, Arrived, Any]]] = defaultdict(list)
        for arrived in fresh:
            event = arrived.event
            of_kind = self._plans[arrived.topic]
            for plan in of_kind[event.kind if None not in of_kind else None]:
                for element in (event,) if plan.elements is None else plan.elements(event):
                    if (key := plan.key(arrived.at_us, event, element)) is not None:
                        work[plan.prefix + key].append((plan, arrived, element))
        released = state.released_until_us
        open_tiles = state.open_tiles(work)
        headers: dict[frozenset[str], str] = {}
        records, rows = [], {}
        for key, touches in work.items():
            tiles = {(n, step): tile for n, step, tile in decode_open(open_tiles[key])} if key in open_tiles else {}
            changed = _add_all(touches, tiles, released, outcome)
            if not changed:
                continue
            entity = key.partition(":")[0]
            steps = [group.step_us for group in self._schema.groups[entity]]
            mine = [(n, step, tile) for (n, step), tile in tiles.items() if (step + 1) * steps[n] > released]
            rows[key] = (max((step + 1) * steps[n] for n, step, _ in mine), encode_open(mine))
            topics = frozenset(self._schema.groups[entity][n].source.topic for n, _ in changed)
            if topics not in headers:
                headers[topics] = offsets_text(offsets, topics)
            sent = [(n, step, tiles[n, step]) for n, step in sorted(changed)]
            records.append(tiles_record(key, self._schema.fingerprints[entity], sent, headers[topics]))
            outcome.tiles += len(sent)
        state.set_open_tiles(rows)
        transaction.append(records)
        outcome.rows += len(rows)

    def _release(self, transaction: TopicTransaction, state: State, until_us: int, offsets: Offsets) -> None:
        """Moves the horizon, in whole smallest steps, and says so in every partition of the topic."""
        until_us -= until_us % self._schema.smallest_step_us
        if until_us <= state.released_until_us:
            return
        state.released_until_us = until_us
        state.forget_until(until_us, _DAY_US)
        transaction.append(release_marks(self._partitions, until_us, offsets_text(offsets, self._schema.topics)))


def _add_all(
    touches: Sequence[tuple[Plan, Arrived, Any]],
    tiles: dict[tuple[int, int], Payload],
    released_until_us: int,
    outcome: Outcome,
) -> set[tuple[int, int]]:
    """Adds the events to one entity's open tiles; which of them changed."""
    changed = set()
    for plan, arrived, element in touches:
        at_us, place, event = arrived.at_us, arrived.place, arrived.event
        for number, step_us, add in plan.steps:
            step = at_us // step_us
            if (step + 1) * step_us <= released_until_us:
                outcome.late_to_batch += 1
                continue
            tile = add(tiles.get((number, step)), at_us, place, event, element)
            if tile is not None:
                tiles[number, step] = tile
                changed.add((number, step))
    return changed
