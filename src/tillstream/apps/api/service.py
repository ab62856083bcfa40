"""The parts an API process is made of, built by its wiring, and what it does beside answering."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tillstream.apps.api.metrics import Metrics
from tillstream.core.telemetry import logger
from tillstream.data.ingestion import Door
from tillstream.decisions.champions import ChampionWatch
from tillstream.decisions.desk import Desk
from tillstream.decisions.snapshot.shelf import SnapshotWatch

_LOG = logger(__name__)
_LOOK_SECONDS = 0.5


async def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything the routes use."""

    desk: Desk
    snapshots: SnapshotWatch
    champions: ChampionWatch
    door: Door
    metrics: Metrics
    page: Path
    max_body_bytes: int
    store_is_down: Callable[[], bool] = lambda: False
    unsent: Callable[[], int] = lambda: 0
    close: Callable[[], Awaitable[None]] = _nothing
    look_seconds: float = field(default=_LOOK_SECONDS)

    def look(self) -> None:
        """Swaps in what is new; blocks while it reads."""
        self.champions.look()
        self.snapshots.look()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watches pointers until the app stops, then lets go of files."""
        await asyncio.to_thread(self.look)
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            self.snapshots.close()
            await self.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.look_seconds)
            try:
                await asyncio.to_thread(self.look)
                self.metrics.unsent.set(await asyncio.to_thread(self.unsent))
            except Exception as error:  # the watch outlives whatever it looks at
                _LOG.error("watch_failed", error=str(error))
            if (catalogue := self.snapshots.catalogue()) is not None:
                self.metrics.snapshot_age.set((self.desk.clock() - catalogue.made_at_us) / 1e6)
