"""The worker of a keyed job: follows the log, keeps a state a key, sends what is due."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic

import msgspec

from tillstream.adapters.log import Log, NewRecord, Record
from tillstream.core.contracts import MAX_CLOCK_SKEW_US, Event, decoder_of, to_micros, topic_named
from tillstream.core.errors import TillstreamError, Transient
from tillstream.core.telemetry import logger
from tillstream.data.streaming.derived import derived_record
from tillstream.data.streaming.embedded.idle_partitions import IdlePartitions
from tillstream.data.streaming.embedded.keyed_job import Item, KeyedJob, State
from tillstream.data.streaming.embedded.keyed_state import KeyedState, Overtaken, identity
from tillstream.data.streaming.embedded.open_keys import OpenKeys
from tillstream.data.streaming.embedded.state_places import StatePlace
from tillstream.data.streaming.logic.watermark import Partition, Watermark

_POLL_ROWS: Final = 10_000
_BACK_OFF_SECONDS: Final = 0.1
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_LOG = logger("streaming")


@dataclass(slots=True)
class Totals:
    """What a worker has done since it started."""

    events: int = 0
    late: int = 0
    rejected: int = 0
    records: int = 0
    commits: int = 0
    dropped: int = 0


class KeyedWorker(Generic[Item, State]):
    """One at a time works on a job: it needs every partition, and waits while another member has one.

    All open keys are in memory; what changed goes to the place of the state with the offsets, when there is
    output or `partial_seconds` have passed. After anything that failed it begins again from the last commit.
    """

    def __init__(
        self,
        log: Log,
        place: StatePlace,
        job: KeyedJob[Item, State],
        *,
        idle_seconds: float,
        partial_seconds: float,
        poll_rows: int = _POLL_ROWS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.job, self._log, self._place, self._clock = job, log, place, clock
        self._partial_seconds, self._idle_seconds, self._poll_rows = partial_seconds, idle_seconds, poll_rows
        self._decoders = {topic: decoder_of(topic).decode for topic in job.topics}
        self._partitions = frozenset((t, p) for t in job.topics for p in range(topic_named(t).partitions))
        self._consumer = log.consumer(job.name, job.topics)
        self._generation: int | None = None
        self._turn = 0
        self._keys = OpenKeys(job, {}, 0)
        self._watermark = Watermark(self._partitions, job.lateness_ms)
        self._idle = self._nobody_idle()
        self._following: dict[Partition, int] = {}
        self._output: list[NewRecord] = []
        self._moved = False
        self._commit_at = 0.0
        self.totals = Totals()

    @property
    def watermark_ms(self) -> int:
        """How far event time has come."""
        return self._watermark.at_ms

    @property
    def open_keys(self) -> int:
        """Keys that have a state."""
        return len(self._keys)

    def turn(self, patience_seconds: float) -> int:
        """One poll and what comes of it; the number of records, -1 where it has to begin again."""
        try:
            records = self._consumer.poll(self._poll_rows, patience_seconds)
            if self._generation is None or self._consumer.generation != self._generation:
                self._begin()
                return -1
            self._take(records)
            is_behind = len(records) == self._poll_rows
            if self._output or self._clock() >= self._commit_at:
                self.commit(partial=not is_behind)
        except TillstreamError as error:
            if not isinstance(error, Transient):
                raise
            _LOG.warning("batch_dropped", job=self.job.name, why=str(error))
            self.totals.dropped += 1
            self._generation = None
            time.sleep(_BACK_OFF_SECONDS)
            return -1
        return len(records)

    def commit(self, *, partial: bool) -> None:
        """Makes all since the last commit durable; with `partial`, and if it is time, also tells what grew.

        Raises Overtaken, LogBusy.
        """
        if self._clock() >= self._commit_at:
            self._commit_at = self._clock() + self._partial_seconds
            if partial:
                self._send(self._keys.settle_grown(self._watermark.at_ms))
        if not self._moved:
            return
        with self._place.transaction() as transaction:
            state = KeyedState(transaction.connection)
            if state.turn != self._turn:
                raise Overtaken(self.job.name)
            state.set_keys(*self._keys.take_changed())
            state.set_progress(self._following, self._watermark.newest_ms)
            state.watermark_ms = self._watermark.at_ms
            transaction.append(self._output)
        self.totals.commits += 1
        self.totals.records += len(self._output)
        self._output, self._moved = [], False
        self._place.send()
        # For lag and retention only: what counts is the offset kept with the state.
        self._consumer.commit(self._following)

    def close(self) -> None:
        """Makes all durable that was read, and leaves the group."""
        try:
            if self._generation is not None:
                self._commit_at = self._clock()
                self.commit(partial=True)
        except TillstreamError as error:
            _LOG.warning("last_commit_failed", job=self.job.name, why=str(error))
        finally:
            self._consumer.close()

    def _begin(self) -> None:
        """Takes the state over and reads on from the offsets kept with it."""
        self._generation = None
        if self._consumer.assignment != self._partitions:
            return  # another member, perhaps a dead one whose lease runs, still has some
        with self._place.transaction() as transaction:
            state = KeyedState(transaction.connection)
            if state.prepare(identity(self._log.log_id, self.job.meaning)):
                _LOG.warning("state_emptied", job=self.job.name, why="it belonged to another log or other settings")
            self._turn = state.take_over()
            progress, kept, watermark_ms = state.progress(), state.keys(), state.watermark_ms
        self._place.send()
        newest = {place: ms for place, (_, ms) in progress.items() if ms is not None}
        self._watermark = Watermark(self._partitions, self.job.lateness_ms, newest, watermark_ms)
        self._keys = OpenKeys(self.job, kept, watermark_ms)
        self._idle = self._nobody_idle()
        self._output, self._moved, self._commit_at = [], False, self._clock() + self._partial_seconds
        self._following = {place: progress[place][0] if place in progress else 0 for place in self._partitions}
        for place, offset in self._following.items():
            self._consumer.seek(place, offset)
        self._generation = self._consumer.generation
        _LOG.info("job_began", job=self.job.name, turn=self._turn, keys=len(kept))

    def _take(self, records: Sequence[Record]) -> None:
        """Adds records to the states of their keys, moves time on, and settles what is due."""
        items, newest_ms = self._read(records)
        self.totals.late += len(self._keys.add(items, self._watermark.at_ms))
        read = {(record.topic, record.partition) for record in records}
        self._watermark = self._watermark.advanced(newest_ms, self._idle.after_poll(read, self._following))
        self._send(self._keys.settle_due(self._watermark.at_ms))

    def _read(self, records: Sequence[Record]) -> tuple[dict[str, list[Item]], dict[Partition, int]]:
        """The items of valid events by key, and each partition's newest millisecond."""
        items: dict[str, list[Item]] = defaultdict(list)
        newest_us: dict[Partition, int] = {}
        for record in records:
            place = (record.topic, record.partition)
            self._following[place] = record.offset + 1
            self._moved = True
            received_at_us = record.received_at_us
            try:
                event: Event = self._decoders[record.topic](record.value)
            except _UNREADABLE:
                self.totals.rejected += 1  # the lake makes a dead letter of it, and of the next
                continue
            at_us = to_micros(event.occurred_at)
            if at_us > received_at_us + MAX_CLOCK_SKEW_US:
                self.totals.rejected += 1
                continue
            self.totals.events += 1
            if at_us > newest_us.get(place, 0):
                newest_us[place] = at_us
            for key, item in self.job.items(event, received_at_us):
                items[key].append(item)
        return items, {place: at_us // 1000 for place, at_us in newest_us.items()}

    def _send(self, said: Iterable[tuple[Event, int]]) -> None:
        """Puts records to the output of the next commit."""
        for event, received_at_us in said:
            self._output.append(derived_record(self.job.output, event, received_at_us))
            self._moved = True

    def _nobody_idle(self) -> IdlePartitions:
        return IdlePartitions(self._partitions, self._idle_seconds, self._log.end_offsets, clock=self._clock)
