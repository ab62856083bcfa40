"""A bucket: the live engine of the entities that lie on one partition of feature_updates.v1.

It reads every event and counts what touches its own entities, so that a header says of its partition what the
embedded engine's says of all. Pure but for what it keeps, which Flink holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from tillstream.adapters.log import NewRecord, partition_of
from tillstream.core.contracts import topic_named
from tillstream.core.errors import EventRejected
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.backlog import Jump, is_long
from tillstream.features.engines.embedded.counting import Arrived, Kept, Outcome, fold, fresh, read_event, work_of
from tillstream.features.engines.embedded.plans import Plans
from tillstream.features.engines.flink.sent import Counted
from tillstream.features.updates import UPDATES, offsets_text, release_mark

_PARTITIONS = topic_named(UPDATES).partitions


class Came(NamedTuple):
    """A record of a source topic, not read yet."""

    topic: str
    partition: int
    offset: int
    received_at_us: int
    value: bytes


class BucketKept(Kept, Protocol):
    """What a bucket must not forget."""

    run: str
    portions: int
    """How many it has sent."""
    offsets: dict[tuple[str, int], int]
    """Where it reads on."""
    jumped_from_us: int
    """Where the horizon stood before it first jumped over a backlog; NO_JUMP if it never did."""

    def release_until(self, until_us: int) -> None:
        """Moves the horizon, and drops what only released steps needed."""


class Bucket:
    """Counts portions of events; a portion's records are sent together with what is kept, or not at all."""

    def __init__(self, number: int, schema: Schema, plans: Mapping[str, Plans], *, lateness_us: int) -> None:
        self._number, self._schema, self._plans, self._lateness_us = number, schema, plans, lateness_us

    def count(
        self,
        kept: BucketKept,
        records: Sequence[Came],
        *,
        closed_until_us: int,
        horizon_us: int = 0,
        backlog_until_us: int = 0,
    ) -> tuple[list[NewRecord], Counted]:
        """The portion's records in their order, and its end.

        Steps that ended by `closed_until_us`, the watermark, are released when the portion is counted. Before it, and
        so unread, those that ended by `horizon_us`; or by `backlog_until_us`, when some of the records were received
        before then and are read only now. Either only when it is further ahead than the lateness.
        """
        outcome = Outcome()
        if any(came.received_at_us < backlog_until_us for came in records):
            horizon_us = max(horizon_us, backlog_until_us)
        events = self._events(kept, records, outcome)
        sent = []
        if is_long(horizon_us, kept.released_until_us, self._lateness_us):
            kept.jumped_from_us = min(kept.jumped_from_us, kept.released_until_us)
            sent += self._release(kept, horizon_us)
        jump = Jump(kept.jumped_from_us, self._lateness_us)
        work = work_of(self._plans, fresh(kept, events, jump, outcome), self._is_mine)
        sent += fold(kept, self._schema, work, kept.offsets, jump, outcome)
        sent += self._release(kept, closed_until_us)
        outcome.released_until_us = kept.released_until_us
        kept.portions += 1
        told = offsets_text(kept.offsets, self._schema.topics)
        return sent, Counted(kept.run, self._schema.fingerprint, kept.portions, told, self._told(outcome))

    def _events(self, kept: BucketKept, records: Iterable[Came], outcome: Outcome) -> list[Arrived]:
        events = []
        for came in records:
            kept.offsets[came.topic, came.partition] = came.offset + 1
            try:
                event = read_event(came.topic, came.partition, came.offset, came.value, came.received_at_us)
            except EventRejected:
                outcome.rejected += 1
                continue
            if event is not None:
                events.append(event)
        return events

    def next_end_us(self, closed_until_us: int) -> int:
        """When the next step ends that a watermark there has not closed."""
        return (closed_until_us // self._schema.smallest_step_us + 1) * self._schema.smallest_step_us

    def _is_mine(self, key: str) -> bool:
        return partition_of(key, _PARTITIONS) == self._number

    def _release(self, kept: BucketKept, until_us: int) -> list[NewRecord]:
        until_us -= until_us % self._schema.smallest_step_us
        if until_us <= kept.released_until_us:
            return []
        kept.release_until(until_us)
        return [release_mark(self._number, until_us, offsets_text(kept.offsets, self._schema.topics))]

    def _told(self, outcome: Outcome) -> Outcome:
        """Every bucket reads every event; the first one tells of them."""
        if self._number:
            outcome.events = outcome.duplicates = outcome.rejected = 0
        return outcome
