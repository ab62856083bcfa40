"""The API's process."""

import asyncio
import time
from pathlib import Path

from fastapi import FastAPI

from tillstream.adapters.log.grouped import GroupedAppender
from tillstream.adapters.log.spool import Spool
from tillstream.apps.api import Service, create_app
from tillstream.apps.api.metrics import Metrics
from tillstream.apps.wiring.event_log import open_log
from tillstream.apps.wiring.serving import StoreReader, load_champion
from tillstream.core.errors import SettingsError
from tillstream.core.settings import ServingSettings, Settings
from tillstream.data.ingestion import Door
from tillstream.decisions.champions import ChampionWatch
from tillstream.decisions.code import code_digest
from tillstream.decisions.desk import Desk
from tillstream.decisions.policy import Policy
from tillstream.decisions.snapshot.shelf import SnapshotWatch

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_DAY_SECONDS = 86_400
_RECORD_DEADLINES = 10
"""A disk that stalls makes an answer late; only one that stalls for ten deadlines makes it a refusal."""


def build_app(settings: Settings) -> FastAPI:
    """The app of this home; raises SettingsError for an address that is not loopback."""
    refuse_open_address(settings.serving)
    metrics = Metrics()
    spool_log, door_log = open_log(settings), open_log(settings)
    spool = Spool(settings.spool_path, spool_log, keep_seconds=settings.serving.spool_days * _DAY_SECONDS)
    appender = GroupedAppender(door_log)
    champions = ChampionWatch(
        settings.models_path / "serving",
        lambda use_case, digest: load_champion(settings.models_path, use_case, digest),
        on_swap=lambda use_case, outcome: metrics.swaps.labels(use_case, outcome).inc(),
    )
    snapshots = SnapshotWatch(settings.models_path / "snapshot")
    reader = StoreReader(settings.store)
    desk = Desk(
        reader=reader,
        champion=champions.current,
        catalogue=snapshots.catalogue,
        outbox=spool,
        policy=Policy(),
        clock=now_us,
        code=code_digest(),
        stale_seconds=settings.serving.features_stale_seconds,
        store_read=metrics.store_read,
        record_seconds=_RECORD_DEADLINES * settings.serving.deadline_ms / 1000,
    )

    def close_files() -> None:
        appender.close()
        spool.close()
        spool_log.close()
        door_log.close()

    async def close() -> None:
        await reader.close()
        await asyncio.to_thread(close_files)

    return create_app(
        Service(
            desk=desk,
            snapshots=snapshots,
            champions=champions,
            door=Door(appender, spool, clock_us=now_us),
            metrics=metrics,
            page=Path(__file__).resolve().parent.parent / "api" / "page",
            max_body_bytes=settings.serving.max_body_bytes,
            store_is_down=reader.is_down,
            unsent=spool.unsent,
            close=close,
        )
    )


def refuse_open_address(serving: ServingSettings) -> None:
    """Raises SettingsError for an address that others on the network could reach."""
    if serving.host not in _LOOPBACK:
        raise SettingsError(
            f"serving.host is {serving.host}; until there is sign-in the API listens on loopback only:"
            " set TILLSTREAM_SERVING__HOST=127.0.0.1"
        )


def now_us() -> int:
    """The wall clock in microseconds."""
    return time.time_ns() // 1_000
