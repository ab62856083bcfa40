"""Live tiles of the same log: those that the job on Flink sent, and those of the embedded engine."""

from pathlib import Path

from tests.integration.flink.busy_days import all_of
from tests.integration.flink.running_flink import NEVER_RELEASED_SECONDS, RunningFlink, wait_until

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded import LiveEngine
from tillstream.features.engines.flink.intake import Intake
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.settling import source_ends
from tillstream.features.online.merging import tiles_by_key
from tillstream.features.updates import UPDATES, Tiles


def live_tiles(running: RunningFlink, folder: Path) -> tuple[dict[str, Tiles], dict[str, Tiles]]:
    """The last tile of each step, by key: of Flink, and of the embedded engine."""
    schema, log = default_schema(), running.log
    by_flink = FeatureLogs(log, SqliteLog(folder / "by-flink"), "flink")
    intake, ends = Intake(by_flink, schema), source_ends(log, schema)

    def is_level() -> bool:
        intake.take()
        return all(intake.live.get(place, 0) >= end for place, end in ends.items())

    wait_until(is_level, "Flink to count all events", running)
    by_worker = FeatureLogs(log, SqliteLog(folder / "by-worker"))
    engine = LiveEngine(by_worker, schema, lateness_us=NEVER_RELEASED_SECONDS * 10**6)
    for topic in schema.topics:
        engine.apply(engine.decode(list(all_of(log, topic))))
    return _tiles(by_flink), _tiles(by_worker)


def _tiles(logs: FeatureLogs) -> dict[str, Tiles]:
    records = [one for partition in range(2) for one in logs.updates.read(UPDATES, partition, 0, 10**7)]
    tiles, unknown = tiles_by_key(default_schema(), records)
    assert not unknown
    logs.updates.close()
    return tiles
