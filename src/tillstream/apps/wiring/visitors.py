"""The live visitors' process: a world that has run, a client of the API, and traffic between them."""

import asyncio
import time
import uuid
from collections.abc import Callable

import httpx

from tillstream.data.sources.world import World
from tillstream.data.sources.world.live import Counts, LiveSettings, Shop, run_visitors

_TIMEOUT_SECONDS = 5.0


def let_visitors_in(
    world: World,
    api: str,
    *,
    rate: float,
    speed: float,
    for_seconds: float | None,
    stopping: Callable[[], bool],
) -> Counts:
    """Runs visitors against the API until told to stop; gives what happened."""
    counts, settings = Counts(), LiveSettings(rate, speed, uuid.uuid4().hex[:8], for_seconds)

    async def run() -> None:
        limits = httpx.Limits(max_connections=64)
        async with httpx.AsyncClient(base_url=api, timeout=_TIMEOUT_SECONDS, limits=limits) as client:
            shop = Shop(client, counts)
            await run_visitors(world, shop, counts, settings, clock_us=_now_us, stopping=stopping)

    asyncio.run(run())
    return counts


def _now_us() -> int:
    return time.time_ns() // 1_000
