"""The live engine: one batch of records becomes tiles, state and offsets in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tillstream.adapters.log import Log, Record
from tillstream.adapters.log.sqlite import TopicTransaction
from tillstream.core.contracts import topic_named
from tillstream.core.errors import EventRejected
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.backlog import Jump, is_long
from tillstream.features.engines.embedded.counting import DAY_US, Arrived, Outcome, fold, fresh, read_event, work_of
from tillstream.features.engines.embedded.plans import plans_of
from tillstream.features.engines.embedded.state import LIVE, State
from tillstream.features.errors import Superseded
from tillstream.features.logs import FeatureLogs
from tillstream.features.updates import UPDATES, Offsets, offsets_text, owed_marks, release_mark

_LAST_RECORDS: Final = 20


@dataclass(frozen=True)
class Batch:
    """Records in the order of their partitions, decoded outside any transaction; `starts` is where reading began."""

    starts: Offsets
    following: Offsets
    arrived: Sequence[tuple[tuple[str, int], int, Arrived]]
    """With partition and offset."""
    rejected: int
    newest_us: int


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
        """See decode_batch."""
        return decode_batch(records)

    def apply(self, batch: Batch, *, read_from: Offsets | None = None, horizon_us: int = 0) -> Outcome:
        """Counts the batch's events, sends the tiles they changed, and releases what has closed.

        `read_from` is where reading began, if the first records were not at hand. `horizon_us` is given by who is
        behind: steps that ended by then are released before anything is counted if the backlog is longer than the
        lateness, so that it goes to batch unread, and none after. What batch then owes is marked in the topic.
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
            if is_long(horizon_us, state.released_until_us, self._lateness_us):
                state.note_jump()
                self._release(transaction, state, horizon_us, offsets)
            jump = Jump(state.jumped_from_us, self._lateness_us)
            unread = [one for place, offset, one in batch.arrived if offset >= kept.get(place, 0)]
            work = work_of(self._plans, fresh(state, unread, jump, outcome))
            sent = fold(state, self._schema, work, offsets, jump, outcome)
            if outcome.left_to_batch and state.owe(batch.following, state.released_until_us):
                transaction.append(owed_marks())
            transaction.append(sent)
            state.set_offsets(LIVE, offsets)
            if not horizon_us:
                self._release(transaction, state, batch.newest_us - self._lateness_us, offsets)
            outcome.released_until_us = state.released_until_us
        return outcome

    def backlog_horizon_us(self) -> int:
        """Up to where steps have closed by the newest events on the log, read or not; 0 for an empty log."""
        return backlog_horizon_us(self._logs.source, self._schema, self._lateness_us)

    def _release(self, transaction: TopicTransaction, state: State, until_us: int, offsets: Offsets) -> None:
        """Moves the horizon, in whole smallest steps, and says so in every partition of the topic."""
        until_us -= until_us % self._schema.smallest_step_us
        if until_us <= state.released_until_us:
            return
        state.released_until_us = until_us
        state.forget_until(until_us, DAY_US)
        told = offsets_text(offsets, self._schema.topics)
        transaction.append([release_mark(partition, until_us, told) for partition in range(self._partitions)])


def decode_batch(records: Sequence[Record]) -> Batch:
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
            one = read_event(*partition, record.offset, record.value, record.received_at_us)
        except EventRejected:
            rejected += 1
            continue
        if one is not None:
            newest_us = max(newest_us, one.at_us)
            arrived.append((partition, record.offset, one))
    return Batch(starts, following, arrived, rejected, newest_us)


def backlog_horizon_us(log: Log, schema: Schema, lateness_us: int) -> int:
    """Up to where steps have closed by the newest events on the log, read or not; 0 for an empty log."""
    newest = 0
    for topic in schema.topics:
        for partition, end in log.end_offsets(topic).items():
            last = log.read(topic, partition, max(0, end - _LAST_RECORDS), _LAST_RECORDS)
            newest = max(newest, decode_batch(last).newest_us)
    return newest - lateness_us if newest else 0
