"""The worker that takes the log to bronze and silver.

While one batch is written by Rust and DuckDB in a thread, the next is read and decoded: neither
holds the interpreter for long, so two cores carry both.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWriting
from dataclasses import dataclass
from typing import Final

from tillstream.adapters.log import Consumer, Log, Record
from tillstream.adapters.log.interface import TopicPartition
from tillstream.core.contracts import LAKE_TOPICS, TOPICS
from tillstream.core.disk import room_for
from tillstream.core.errors import TillstreamError, Transient
from tillstream.core.settings import LakeSettings
from tillstream.core.telemetry import logger
from tillstream.data.ingestion.dead_letters import TOPIC as DEAD_LETTERS
from tillstream.data.lake import Lake
from tillstream.data.lake.upkeep import Upkeep
from tillstream.data.streaming.decoding import Columns, columns_of
from tillstream.data.streaming.embedded.landing import Landing
from tillstream.data.streaming.reconciling import starting_offset
from tillstream.data.streaming.totals import GROUP, Totals

_POLL_ROWS: Final = 10_000
_POLL_SECONDS: Final = 0.2
_HEARTBEAT_SECONDS: Final = 1.0
_BACK_OFF_SECONDS: Final = 0.1
_MOST_DOUBLINGS: Final = 4
_LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Batch:
    columns: list[Columns]
    since: dict[TopicPartition, int]
    next_offsets: dict[TopicPartition, int]


class LakeWorker:
    """Member of the group `lake`; several may run, each with its share of the partitions.

    Holds at most three batches of `commit_rows` in memory: one read, one decoded, one being written.
    `still_alive` is called after each poll and while it waits for a write.
    """

    def __init__(
        self,
        log: Log,
        lake: Lake,
        settings: LakeSettings,
        *,
        topics: Sequence[str] = LAKE_TOPICS,
        still_alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._log, self._settings, self._still_alive = log, settings, still_alive
        self._landing = Landing(lake, log.log_id)
        self._upkeep = Upkeep(lake, compact_after_commits=settings.compact_after_commits)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="landing")
        self._consumer: Consumer = log.consumer(GROUP, topics)
        self._generation = -1
        self._failures = 0
        self._read: list[Record] = []
        self._read_since = 0.0
        self._decoded: dict[TopicPartition, int] = {}
        self._writing: tuple[_Batch, Future[None]] | None = None
        self.totals = Totals()

    def run(self, stopping: Callable[[], bool], *, until_caught_up: bool = False) -> Totals:
        """Follows the log until `stopping`, or until all of it is committed; then commits what it holds."""
        # Who wants to be done with it does not wait for more to come.
        patience_seconds = 0.0 if until_caught_up else _POLL_SECONDS
        try:
            while not stopping():
                read = self._guarded(lambda: self._read_on(patience_seconds))
                if until_caught_up and read == 0:
                    self._guarded(self._drain)
                    if not any(self._log.lag(GROUP).values()):
                        break
            self._guarded(self._drain)
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)
            self._consumer.close()
        return self.totals

    def _guarded(self, work: Callable[[], int]) -> int:
        """Runs it; after a lost lease or a lost race the batch is somebody else's, so reads anew. -1 then."""
        try:
            return work()
        except TillstreamError as error:
            if not isinstance(error, Transient):
                raise
            _LOG.warning("batch_dropped", why=str(error))
            self.totals.dropped_batches += 1
            self._start_over()
            time.sleep(_BACK_OFF_SECONDS * 2 ** min(self._failures, _MOST_DOUBLINGS))
            self._failures += 1
            self._still_alive()
            return -1

    def _read_on(self, patience_seconds: float) -> int:
        records = self._consumer.poll(min(_POLL_ROWS, self._room()), patience_seconds)
        self._still_alive()
        if self._consumer.generation != self._generation:
            # Every partition goes back to its commit, also those that were kept: drop what was read.
            self._begin()
            return -1
        if records and not self._read:
            self._read_since = time.monotonic()
        self._read += records
        if self._writing and self._writing[1].done():
            self._finish_writing()
        if self._read and (not self._room() or self._age_seconds() >= self._settings.commit_seconds):
            self._write()
        return len(records)

    def _begin(self) -> None:
        """Sets out from where tables and group agree to be; raises what makes going on unsafe."""
        self._read = []
        self._decoded = {}
        self._generation = self._consumer.generation
        committed = self._consumer.committed()
        for place in sorted(self._consumer.assignment):
            self._decoded[place] = starting_offset(self._log, self._landing, place, committed.get(place, 0))
            self._consumer.seek(place, self._decoded[place])
            self._consumer.heartbeat()
            self._still_alive()

    def _start_over(self) -> None:
        self._read = []
        self._generation = -1
        if self._writing:
            # Waited for, because two threads must not write; its outcome no longer matters.
            self._writing[1].exception()
            self._writing = None

    def _write(self) -> None:
        batch = self._decode()
        self._finish_writing()
        self._writing = batch, self._thread.submit(self._land, batch)

    def _drain(self) -> int:
        if self._read:
            self._write()
        self._finish_writing()
        return 0

    def _decode(self) -> _Batch:
        by_topic: dict[str, list[Record]] = {}
        next_offsets: dict[TopicPartition, int] = {}
        for record in self._read:
            by_topic.setdefault(record[0], []).append(record)
            next_offsets[record[0], record[1]] = record[2] + 1
        self._read = []
        columns = [columns_of(TOPICS[topic], records, self._log.log_id) for topic, records in by_topic.items()]
        since = {place: self._decoded[place] for place in next_offsets}
        self._decoded |= next_offsets
        return _Batch(columns, since, next_offsets)

    def _land(self, batch: _Batch) -> None:
        """In the thread: everything is durable when it returns, so the group may move on."""
        started = time.monotonic()
        bronze = silver = letters = 0
        for columns in batch.columns:
            topic = columns.topic.name
            since = {partition: first for (name, partition), first in batch.since.items() if name == topic}
            with room_for(f"the lake's {columns.topic.entity}"):
                landed = self._landing.land(columns, since)
            bronze, silver = bronze + landed.bronze_rows, silver + landed.silver_rows
            if columns.dead_letters:
                self._log.append(DEAD_LETTERS, columns.dead_letters)
                letters += len(columns.dead_letters)
        self.totals.bronze_rows += bronze
        self.totals.silver_rows += silver
        self.totals.dead_letters += letters
        self.totals.last_batch_seconds = elapsed = round(time.monotonic() - started, 3)
        _LOG.info("batch_landed", bronze_rows=bronze, silver_rows=silver, dead_letters=letters, elapsed_seconds=elapsed)
        with room_for("compaction"):
            self._upkeep.after_commits([columns.topic.entity for columns in batch.columns])

    def _finish_writing(self) -> None:
        if not self._writing:
            return
        batch, written = self._writing
        while True:
            try:
                written.result(timeout=_HEARTBEAT_SECONDS)
                break
            except StillWriting:
                self._consumer.heartbeat()
                self._still_alive()
        self._writing = None
        self._consumer.commit(batch.next_offsets)
        self._failures = 0
        self.totals.batches += 1
        self.totals.records += sum(len(columns.bronze) for columns in batch.columns)

    def _room(self) -> int:
        return max(0, self._settings.commit_rows - len(self._read))

    def _age_seconds(self) -> float:
        return time.monotonic() - self._read_since
