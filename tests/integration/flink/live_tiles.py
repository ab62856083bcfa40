"""Live tiles of the same log: those that the job on Flink sent, and those of the embedded engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.integration.flink.busy_days import all_of
from tests.integration.flink.running_flink import NEVER_RELEASED_SECONDS, RunningFlink, wait_until

from tillstream.adapters.log import RECEIVED_AT, Log, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import to_micros, topic_named
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded import LiveEngine
from tillstream.features.engines.flink.intake import Intake
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import standing_of
from tillstream.features.offline.settling import source_ends
from tillstream.features.online.merging import tiles_by_key
from tillstream.features.updates import UPDATES, Tiles


@dataclass(frozen=True)
class LiveTiles:
    """The last tile of each step, by key, of either engine."""

    by_flink: dict[str, Tiles]
    by_worker: dict[str, Tiles]
    released_us: tuple[int, int]
    """Up to where Flink had released steps while one partition was behind, and when it was not."""
    last_us: tuple[int, int]
    """The time of the last record on the slowest partition, then and in the end."""


def live_tiles(running: RunningFlink, folder: Path) -> LiveTiles:
    """What both made of the log, after time has moved on, on one partition last."""
    schema, log = default_schema(), running.log
    behind_at, last_at = (datetime.now(UTC).replace(second=30, microsecond=0) + timedelta(hours=n) for n in (-3, 3))
    places = [(topic, partition) for topic in schema.topics for partition in range(topic_named(topic).partitions)]
    slowest = next(place for place in places if not log.end_offsets(place[0])[place[1]])  # its time is yet to begin
    others = [place for place in places if place != slowest]
    by_flink = FeatureLogs(log, SqliteLog(folder / "by-flink"), "flink")
    intake = Intake(by_flink, schema)

    def released_us() -> int:
        return standing_of(by_flink, schema).released_us

    def move(places: Iterable[tuple[str, int]], when: datetime, until_us: int) -> None:
        for place in places:
            move_time(log, *place, when)
        ends = source_ends(log, schema)

        def is_level() -> bool:
            intake.take()
            return all(intake.live.get(place, 0) >= end for place, end in ends.items())

        wait_until(lambda: is_level() and released_us() >= until_us, "steps to be counted and released", running)

    move([slowest], behind_at, 0)
    move(others, last_at, closed_us(to_micros(behind_at)))
    move(others[:1], last_at, 0)  # one more portion, while the clock goes on
    while_behind_us = released_us()
    move([slowest], last_at, closed_us(to_micros(last_at)))
    by_worker = FeatureLogs(log, SqliteLog(folder / "by-worker"))
    engine = LiveEngine(by_worker, schema, lateness_us=NEVER_RELEASED_SECONDS * 10**6)
    for topic in schema.topics:
        engine.apply(engine.decode(list(all_of(log, topic))))
    return LiveTiles(
        _tiles(by_flink),
        _tiles(by_worker),
        (while_behind_us, released_us()),
        (to_micros(behind_at), to_micros(last_at)),
    )


def closed_us(newest_us: int) -> int:
    """Up to where steps are released when every partition was read until then."""
    step_us = default_schema().smallest_step_us
    return (newest_us - NEVER_RELEASED_SECONDS * 10**6) // step_us * step_us


def move_time(log: Log, topic: str, partition: int, when: datetime) -> None:
    """A record that says no more than its time: no event."""
    value = f'{{"occurred_at":"{when:%Y-%m-%dT%H:%M:%S}Z"}}'.encode()
    log.append(topic, [NewRecord("", value, {RECEIVED_AT: str(to_micros(when))}, partition)])


def _tiles(logs: FeatureLogs) -> dict[str, Tiles]:
    records = [one for partition in range(2) for one in logs.updates.read(UPDATES, partition, 0, 10**7)]
    tiles, unknown, _ = tiles_by_key(default_schema(), records)
    assert not unknown
    logs.updates.close()
    return tiles
