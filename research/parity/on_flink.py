"""A log played through the job `features`: sent to Kafka in drawn portions, and taken in as Flink counts them."""

import os
import random
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from research.homes import Home, RunFailed, settings_of, stack
from research.parity.playing import LakeUntil, Stop, batches_of, near, received

from tillstream.adapters.flink import FlinkRest
from tillstream.adapters.log import RECEIVED_AT, Log, NewRecord, Record
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.event_log import open_log
from tillstream.apps.wiring.flink_jobs import job_settings, submission
from tillstream.apps.wiring.streaming import FEATURES
from tillstream.core.settings import Settings
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.counting import Outcome
from tillstream.features.engines.flink.intake import Intake
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import release
from tillstream.features.offline.silver import Lake
from tillstream.features.updates import UPDATES, Offsets
from tillstream.operations.stack.services import flink_cluster

_RELEASES: Final = 6
_PORTIONS: Final = 60
_PATIENCE_SECONDS: Final = 120.0
_SETTINGS: Final = {
    "TILLSTREAM_ENGINES__LIVE_FEATURES": "flink",
    "TILLSTREAM_FLINK__FEATURES_CHECKPOINT_SECONDS": "0.3",
    # The watermark waits for no partition on which a shop has nothing.
    "TILLSTREAM_FLINK__IDLE_SECONDS": "2",
    # A portion spans hours of the shop, and Flink reads its partitions each at its own pace.
    "TILLSTREAM_FEATURES__LATENESS_SECONDS": "43200",
}


@dataclass(frozen=True, slots=True)
class TwoLogs:
    """The events as the source home has them, with what the lake has read; the updates as Kafka has them."""

    events: Log
    kafka: Log

    @property
    def log_id(self) -> str:
        """Of the log whose places silver names; on Kafka the same places have the same records."""
        return self.events.log_id

    def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        """See Log."""
        return (self.kafka if topic == UPDATES else self.events).read(topic, partition, offset, max_records)

    def end_offsets(self, topic: str) -> dict[int, int]:
        """See Log."""
        return (self.kafka if topic == UPDATES else self.events).end_offsets(topic)

    def lag(self, group: str) -> dict[tuple[str, int], int]:
        """See Log."""
        return self.events.lag(group)

    def close(self) -> None:
        """Closes both."""
        self.kafka.close()
        self.events.close()


@contextmanager
def flink(root: Path) -> Iterator[Settings]:
    """Kafka and a cluster of their own, with empty topics."""
    os.environ |= _SETTINGS
    home = Home(root / "flink", "distributed")
    try:
        with stack(home, only=("kafka", "jobmanager", "taskmanager")):
            yield settings_of(home)
    finally:
        for name in _SETTINGS:
            del os.environ[name]


def logs_on(settings: Settings, events: Log, folder: Path) -> FeatureLogs:
    """What is played: the events of a log that a lake has read, through Kafka, to a log of updates in the folder."""
    return FeatureLogs(cast("Log", TwoLogs(events, open_log(settings))), SqliteLog(folder), "flink")


class Player:
    """Sends events to Kafka and waits until the job has counted them."""

    def __init__(self, settings: Settings, logs: FeatureLogs, schema: Schema) -> None:
        self._settings, self._schema, self._kafka = settings, schema, cast("TwoLogs", logs.source).kafka
        self._rest = FlinkRest(settings.flink.host, settings.flink.rest_port)
        self._intake, self._ends = Intake(logs, schema), dict[tuple[str, int], int]()
        self.outcome = Outcome()

    def submit(self, state: str | None) -> None:
        """Sends the job."""
        # The shop's days are long over, and are to be counted live.
        told = replace(job_settings(self._settings, FEATURES, state), leaves_backlog=False)
        command, environment = submission(flink_cluster(self._settings), [told])
        subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> str:
        """Stops it with a savepoint."""
        job = self._rest.active(f"tillstream-{FEATURES}")
        if job is None:
            raise RunFailed("the job `features` does not run")
        folder = flink_cluster(self._settings).savepoints / FEATURES
        return self._rest.stop(job.job_id, folder.as_uri(), patience_seconds=60.0)

    def send(self, records: Sequence[Record]) -> None:
        """To the same partitions, where they get the same offsets."""
        by_topic: dict[str, list[NewRecord]] = defaultdict(list)
        for one in records:
            headers = {**one.headers, RECEIVED_AT: str(one.received_at_us)}
            by_topic[one.topic].append(NewRecord(one.key, one.value, headers, one.partition))
            self._ends[one.topic, one.partition] = one.offset + 1
        for topic, mine in by_topic.items():
            self._kafka.append(topic, mine)

    def wait(self) -> Offsets:
        """Until all that was sent is counted and taken in; up to where that is."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while any(self._intake.live.get(place, 0) < end for place, end in self._ends.items()):
            if time.monotonic() > until:
                raise RunFailed(f"Flink has counted up to {self._intake.live}, and not to {self._ends}")
            outcome = self._intake.take()
            if outcome is None:
                time.sleep(0.02)
                continue
            self.outcome.add(outcome)
        return dict(self._ends)


def play_on_flink(
    player: Player,
    logs: FeatureLogs,
    lake: Lake,
    schema: Schema,
    *,
    stops: int,
    seed: int,
    tell: Callable[[str], None],
) -> list[Stop]:
    """Counts the whole log, batch taking over now and then; where to stop and ask, see playing.play.

    In the middle the job is stopped with a savepoint and goes on from it, with records waiting for it.
    """
    chance = random.Random(seed)
    events = cast("TwoLogs", logs.source).events
    total = sum(sum(events.end_offsets(topic).values()) for topic in schema.topics)
    found: list[Stop] = []
    read, newest_us, releases, restarted = 0, 0, 0, False
    for records in batches_of(received(events, schema), max(100, 2 * total // _PORTIONS), chance):
        player.send(records)
        if not read:
            player.submit(None)
        elif not restarted and read * 2 > total:
            restarted = True
            player.submit(player.stop())
            tell("the job was stopped with a savepoint and sent again from it")
        read, read_to = read + len(records), player.wait()
        newest_us = max(newest_us, *(record.received_at_us for record in records))
        if read * (_RELEASES + 1) > total * (releases + 1):
            releases += 1
            done = release(LakeUntil(lake, read_to), logs, schema)
            tell(f"{read:,} of {total:,} records counted by Flink; batch sent {done.tiles:,} tiles")
        if read * stops > total * (len(found) + 1):
            found.append(Stop(near(_ends(logs), found, chance), newest_us))
    done = release(lake, logs, schema)
    tell(f"{read:,} of {total:,} records counted by Flink; batch sent {done.tiles:,} tiles; {player.outcome}")
    return [*found, Stop(_ends(logs), newest_us)]


def _ends(logs: FeatureLogs) -> Mapping[int, int]:
    return logs.updates.end_offsets(UPDATES)
