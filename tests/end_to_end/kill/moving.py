"""A home on the embedded log, worked on by its own workers, without a store: rows are made of the topic here."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from research.conformance.tape import Taped, append_to
from tests.end_to_end.kill.standing_still import settings_in

from tillstream.apps.wiring.embedded_jobs import run_jobs
from tillstream.apps.wiring.event_log import open_feature_logs, open_log
from tillstream.apps.wiring.feature_worker import live_engine
from tillstream.apps.wiring.lake_worker import run_lake_worker
from tillstream.apps.wiring.streaming import JOBS
from tillstream.core.contracts import topic_named
from tillstream.data.batch.gold import GOLD, build_gold
from tillstream.data.lake import Lake
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded import FeatureWorker
from tillstream.features.offline.release import release
from tillstream.features.online.merging import merged_row, tiles_by_key
from tillstream.features.online.rows import FeatureRows
from tillstream.features.online.writer import Applied
from tillstream.features.updates import UPDATES


class NoStore:
    """Nothing is written."""

    def apply(self) -> Applied:
        return Applied()

    def tell_counted(self, until_us: int) -> None:
        pass


def append(home: Path, tape: Iterable[Taped]) -> None:
    log = open_log(settings_in(home))
    append_to(log, tape)
    log.close()


def work(home: Path, *, lake: bool = True, jobs: Sequence[str] = JOBS, features: bool = True) -> None:
    """These workers, each to the end of the log."""
    settings = settings_in(home)
    if jobs:
        run_jobs(settings, jobs, savepoint=None, until_caught_up=True)
    if features:
        logs = open_feature_logs(settings)
        worker = FeatureWorker(logs.source, live_engine(logs, settings), NoStore(), poll_rows=500)
        worker.run(lambda: False, until_caught_up=True)
        logs.close()
    if lake:
        run_lake_worker(settings, until_caught_up=True)


def finish(home: Path) -> Lake:
    """What batch does of it all: steps released, gold built."""
    settings = settings_in(home)
    lake = Lake(settings.lake_path)
    logs = open_feature_logs(settings)
    release(lake, logs, default_schema())
    logs.close()
    build_gold(lake, GOLD)
    return lake


def values(home: Path, at_us: int) -> dict[str, Any]:
    """Every feature of every entity of the store, at an instant."""
    schema, logs = default_schema(), open_feature_logs(settings_in(home))
    rows: dict[str, dict[str, bytes | None]] = {}
    for partition in range(topic_named(UPDATES).partitions):
        for key, changed in tiles_by_key(schema, logs.updates.read(UPDATES, partition, 0, 10**6))[0].items():
            entity, _, one = key.partition(":")
            mine = rows.setdefault(entity, {})
            mine[one] = merged_row(schema, entity, mine.get(one), changed)
    logs.close()
    return FeatureRows.of(schema, tuple(schema.features.values()), rows, at_us=at_us, position="").values
