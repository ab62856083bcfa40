"""The job that takes Kafka to bronze and silver: one streaming query over every topic of the lake.

Spark's checkpoint is scratch here. Where to read on follows at every start from the tables and the
group, so a checkpoint that is lost, old or of another log cannot lose or double anything.
"""

import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

from pyspark import StorageLevel
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, count, lit
from pyspark.sql.functions import max as largest
from pyspark.sql.functions import min as smallest
from pyspark.sql.streaming import StreamingQuery

from tillstream.adapters.log import Log
from tillstream.adapters.log.interface import TopicPartition
from tillstream.core.contracts import LAKE_TOPICS, TOPICS
from tillstream.core.errors import LogError, TillstreamError, Transient
from tillstream.core.settings import KafkaSettings, LakeSettings, SparkSettings
from tillstream.core.telemetry import logger
from tillstream.data.lake import Lake
from tillstream.data.lake.upkeep import Upkeep
from tillstream.data.streaming.reconciling import starting_offset
from tillstream.data.streaming.spark.kafka import dead_letter_sink, follow
from tillstream.data.streaming.spark.landing import Landed, Landing, Span
from tillstream.data.streaming.totals import Totals

_LOOK_SECONDS: Final = 0.2
_BACK_OFF_SECONDS: Final = 1.0
_TOPICS_AT_ONCE: Final = 3
_LOG = logger(__name__)


class Group(Protocol):
    """The group's place on the log, moved without joining it: the query reads by itself and only tells how far."""

    def committed(self) -> dict[TopicPartition, int]:
        """Where the group goes on; absent where it never committed."""

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """Sets where the group goes on; raises Fenced while it has members."""


class LogLost(LogError, Transient):
    """The query could not read Kafka; the job begins a new one."""


class LakeJob:
    """One query at a time; `still_alive` is called while it runs.

    Memory is bounded by `max_records`: a batch lies in Spark's cache once as bytes and once typed.
    """

    def __init__(
        self,
        session: SparkSession,
        log: Log,
        group: Group,
        lake: Lake,
        kafka: KafkaSettings,
        settings: SparkSettings,
        upkeep: LakeSettings,
        scratch: Path,
        *,
        topics: Sequence[str] = LAKE_TOPICS,
        still_alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._session, self._log, self._group = session, log, group
        self._kafka, self._settings, self._scratch = kafka, settings, scratch
        self._topics, self._still_alive = topics, still_alive
        self._landing = Landing(lake, log.log_id, lambda letters: dead_letter_sink(kafka, letters))
        self._upkeep = Upkeep(lake, compact_after_commits=upkeep.compact_after_commits)
        self._threads = ThreadPoolExecutor(_TOPICS_AT_ONCE, thread_name_prefix="landing")
        self._batch = threading.Lock()
        self._reached: dict[TopicPartition, int] = {}
        self._failure: Exception | None = None
        self._stopped = False
        self.totals = Totals()

    def run(self, stopping: Callable[[], bool], *, until_caught_up: bool = False) -> Totals:
        """Follows the log until `stopping`, or until all of it is landed; a batch that has begun is finished."""
        try:
            while not stopping():
                before = self.totals.records
                try:
                    self._follow(stopping, until_caught_up=until_caught_up)
                except TillstreamError as error:
                    if not isinstance(error, Transient):
                        raise
                    _LOG.warning("batch_dropped", why=str(error))
                    self.totals.dropped_batches += 1
                    time.sleep(_BACK_OFF_SECONDS)
                    continue
                if until_caught_up and self.totals.records == before:
                    break
        finally:
            self._threads.shutdown()
        return self.totals

    def _follow(self, stopping: Callable[[], bool], *, until_caught_up: bool) -> None:
        """One query from where tables and group agree to be, to its end."""
        checkpoint = self._scratch / "checkpoints" / uuid4().hex
        shutil.rmtree(checkpoint.parent, ignore_errors=True)
        self._failure, self._stopped = None, False
        self._reached = self._starting_offsets()
        records = follow(self._session, self._kafka, self._settings, self._first_kept(self._reached))
        writing = records.writeStream.foreachBatch(self._land).option("checkpointLocation", str(checkpoint.resolve()))
        pace: dict[str, Any] = {"processingTime": f"{self._settings.trigger_seconds} seconds"}
        query = writing.trigger(**({"availableNow": True} if until_caught_up else pace)).start()
        try:
            while not self._ended(query):
                self._still_alive()
                if stopping():
                    break
        finally:
            with self._batch:  # a batch that has begun is finished first, the next one does nothing
                self._stopped = True
            query.stop()

    def _ended(self, query: StreamingQuery) -> bool:
        """Waits a moment for the query's end; raises what ended it."""
        try:
            ended: bool = query.awaitTermination(_LOOK_SECONDS)
        except StreamingQueryException as error:
            if self._failure:
                raise self._failure from error
            if "org.apache.kafka" in str(error):
                raise LogLost(f"kafka at {self._kafka.bootstrap}: {str(error).splitlines()[0]}") from error
            raise
        return ended

    def _starting_offsets(self) -> dict[TopicPartition, int]:
        committed = self._group.committed()
        starting = {}
        for topic in self._topics:
            for partition in sorted(self._log.end_offsets(topic)):
                place = (topic, partition)
                starting[place] = starting_offset(self._log, self._landing, place, committed.get(place, 0))
                self._still_alive()
        return starting

    def _first_kept(self, starting: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """The first record there is from each place on: the log may have let go of what no group had to read.

        The marks at a transaction's end are no records either, so this may lie beyond what the tables cover.
        """
        found = {}
        for (topic, partition), offset in starting.items():
            end = self._log.end_offsets(topic)[partition]
            first = self._log.read(topic, partition, offset, 1) if offset < end else []
            found[topic, partition] = first[0].offset if first else max(offset, end)
            self._still_alive()
        return found

    def _land(self, records: DataFrame, _: int) -> None:
        """Called by the query, batch by batch; everything is durable when it returns."""
        with self._batch:
            if self._stopped or self._failure:
                return  # the batch comes again: the next query starts from the tables, not from this one's word
            try:
                self._land_topics(records)
            except Exception as error:
                self._failure = error
                raise

    def _land_topics(self, records: DataFrame) -> None:
        started = time.monotonic()
        records = records.coalesce(self._session.sparkContext.defaultParallelism).persist(StorageLevel.MEMORY_AND_DISK)
        try:
            spans = self._spans(records)
            landed = self._land_side_by_side(records, spans)
        finally:
            records.unpersist()
        next_offsets = {
            (topic, partition): span.last + 1 for topic, parts in spans.items() for partition, span in parts.items()
        }
        if not next_offsets:
            return
        self._reached |= next_offsets
        self._group.commit(next_offsets)
        self._count(landed, sum(map(_records_of, spans.values())), started)
        self._upkeep.after_commits([TOPICS[topic].entity for topic in spans])

    def _land_side_by_side(self, records: DataFrame, spans: Mapping[str, Mapping[int, Span]]) -> list[Landed]:
        """The largest topics first, so that the small ones fill the time beside them."""
        work = [
            self._threads.submit(self._landing.land, TOPICS[topic], records.where(col("topic") == lit(topic)), parts)
            for topic, parts in sorted(spans.items(), key=lambda item: -_records_of(item[1]))
        ]
        wait(work)  # also when one failed: nothing may write any more when this returns
        return [one.result() for one in work]

    def _spans(self, records: DataFrame) -> dict[str, dict[int, Span]]:
        found = records.groupBy("topic", "partition").agg(
            smallest("offset").alias("first"), largest("offset").alias("last"), count("*").alias("records")
        )
        spans: dict[str, dict[int, Span]] = {}
        for row in found.collect():
            since = self._reached[row["topic"], row["partition"]]
            spans.setdefault(row["topic"], {})[row["partition"]] = Span(
                since, row["first"], row["last"], row["records"]
            )
        return spans

    def _count(self, landed: Sequence[Landed], records: int, started: float) -> None:
        bronze, silver = sum(one.bronze_rows for one in landed), sum(one.silver_rows for one in landed)
        letters = sum(one.dead_letters for one in landed)
        self.totals.records += records
        self.totals.bronze_rows += bronze
        self.totals.silver_rows += silver
        self.totals.dead_letters += letters
        self.totals.batches += 1
        self.totals.last_batch_seconds = elapsed = round(time.monotonic() - started, 3)
        _LOG.info("batch_landed", bronze_rows=bronze, silver_rows=silver, dead_letters=letters, elapsed_seconds=elapsed)


def _records_of(spans: Mapping[int, Span]) -> int:
    return sum(span.records for span in spans.values())
