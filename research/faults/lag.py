"""How far each reader is behind the log, read from what the readers themselves keep durable."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from deltalake import DeltaTable
from research.faults.stage import Stage
from tests.oracle.sending import WEIGHTS

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.store import WritingStore
from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.data.streaming.logic import sessions
from tillstream.data.streaming.logic.patterns import row as patterns
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded.state import LIVE
from tillstream.features.online.position import POSITION, decode_position
from tillstream.features.updates import UPDATES

TOPICS = (*(f"{entity}.v1" for entity in WEIGHTS), "sessions.v1", "fraud_alerts.v1", "dead_letters.v1")
STREAMING_TOPICS = {"session_aggregator": sessions.TOPICS, "fraud_pattern_detector": patterns.TOPICS}
UNKNOWN = 2**31
"""The lag of a reader that cannot be asked."""

Lags = Mapping[str, int]


class LagReader:
    """Asks the tables, the live engine's state and the store."""

    def __init__(self, stage: Stage, log: Log, updates: SqliteLog) -> None:
        self._stage, self._log, self._updates = stage, log, updates
        self._lake, self._schema = Lake(stage.settings.lake_path), default_schema()
        self._tables: dict[str, DeltaTable] = {}
        self._store = WritingStore(stage.settings.store)
        self._groups = kafka_groups(stage.settings) if stage.settings.engines.log == "kafka" else None

    def close(self) -> None:
        """Lets go of the store."""
        self._store.close()

    def read(self) -> dict[str, int]:
        """Records that each reader has not taken yet."""
        found = {}
        readers = (("lake", self._of_lake), ("features", self._of_features), ("store", self._of_store))
        for name, ask in (*readers, ("streaming", self._of_streaming)):
            try:
                found[name] = ask()
            except Exception:  # whatever keeps it from being asked: it counts as behind
                found[name] = UNKNOWN
        return found

    def _of_streaming(self) -> int:
        """What the jobs' groups have not committed; a job that never did has read nothing."""
        if self._groups is None:
            return sum(sum(self._log.lag(job).values()) for job in STREAMING_TOPICS)
        from confluent_kafka import TopicPartition

        behind = 0
        for topic, consumers in self._groups.items():
            for partition, end in self._log.end_offsets(topic).items():
                for consumer in consumers:
                    (found,) = consumer.committed([TopicPartition(topic, partition)], timeout=2.0)
                    behind += end - max(0, found.offset)
        return behind

    def _of_lake(self) -> int:
        behind = 0
        for topic in TOPICS:
            name = f"silver.{topic.removesuffix('.v1')}"
            if name not in self._tables and self._lake.exists(name):
                self._tables[name] = self._lake.delta(name)
            table = self._tables.get(name)
            if table is not None:
                table.update_incremental()
            for partition, end in self._log.end_offsets(topic).items():
                application = f"{self._log.log_id}/{topic}/{partition}"
                reached = (table.transaction_version(application) or 0) if table is not None else 0
                if reached < end and self._log.read(topic, partition, reached, 1):  # marks of transactions are none
                    behind += end - reached
        return behind

    def _of_features(self) -> int:
        ends = {(t, p): end for t in self._schema.topics for p, end in self._log.end_offsets(t).items()}
        path = self._stage.settings.updates_path / "topics" / f"{UPDATES}.db"
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1.0)
        try:
            rows = db.execute("SELECT topic, partition, next FROM state_offsets WHERE owner = ?", (LIVE,)).fetchall()
        finally:
            db.close()
        reached = {(topic, partition): following for topic, partition, following in rows}
        return sum(max(0, end - reached.get(place, 0)) for place, end in ends.items())

    def _of_store(self) -> int:
        ends = self._updates.end_offsets(UPDATES)
        (told,) = self._store.mget([POSITION])
        position = decode_position(told) if told else None
        if position is None or not position.is_ready:
            return UNKNOWN if any(ends.values()) else 0
        return sum(max(0, end - position.next.get(partition, 0)) for partition, end in ends.items())


def kafka_groups(settings: Settings) -> dict[str, list[Any]]:
    """For each topic a client of each job's group that reads it; none joins.

    Not KafkaLog.lag: librdkafka's admin client ends the process when a broker dies inside a request about groups.
    """
    from confluent_kafka import Consumer  # its library comes with an extra

    common = {"bootstrap.servers": settings.kafka.bootstrap, "log_level": 0}
    made = {job: Consumer({**common, "group.id": job}) for job in STREAMING_TOPICS}
    topics = sorted({topic for topics in STREAMING_TOPICS.values() for topic in topics})
    return {topic: [made[job] for job in made if topic in STREAMING_TOPICS[job]] for topic in topics}


class LagWatch(threading.Thread):
    """Samples the lags all the time, so that what was usual before a fault is known."""

    def __init__(self, reader: LagReader, behind_door: Callable[[], int], pause_seconds: float = 0.2) -> None:
        super().__init__(name="lag", daemon=True)
        self._reader, self._behind_door, self._pause = reader, behind_door, pause_seconds
        self._samples: list[tuple[float, Lags]] = []
        self._over = threading.Event()

    def run(self) -> None:
        """Samples until `stop`."""
        while not self._over.wait(self._pause):
            asked_at = time.monotonic()
            self._samples.append((asked_at, {**self._reader.read(), "door": self._behind_door()}))

    def start(self) -> None:
        """Returns once there is a sample."""
        super().start()
        while not self._samples and self.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends it, and the reader with it."""
        self._over.set()
        self.join()
        self._reader.close()

    def usual(self, seconds: float = 8.0) -> Lags:
        """The largest lag of each reader in the seconds before now."""
        since = time.monotonic() - seconds
        recent = [lags for at, lags in list(self._samples) if at >= since] or [self._samples[-1][1]]
        return {name: max(lags[name] for lags in recent) for name in recent[0]}

    def seconds_until(self, lags: Lags, since: float, patience_seconds: float) -> float | None:
        """From `since` until a sample taken after it in which none is further behind; None where patience ended."""
        until = time.monotonic() + patience_seconds
        seen = 0
        while time.monotonic() < until:
            samples = list(self._samples)
            for at, found in samples[seen:]:
                if at >= since and all(found[name] <= lags[name] for name in lags):
                    return at - since
            seen = len(samples)
            time.sleep(0.05)
        return None

    def last(self, names: Iterable[str]) -> Lags:
        """The newest sample."""
        return {name: self._samples[-1][1][name] for name in names} if self._samples else {}
