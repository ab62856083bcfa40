"""A stream of visits at a rate, until somebody says stop."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from tillstream.data.sources.world.arrays import stream
from tillstream.data.sources.world.live.counts import Counts
from tillstream.data.sources.world.live.mind import Crowd
from tillstream.data.sources.world.live.shop import Shop, ShopDown
from tillstream.data.sources.world.live.visit import Pace, Visit
from tillstream.data.sources.world.simulation import World

_EVENTS_A_VISIT: Final = 13.0
_THIEF_RATIO: Final = 0.02
_VISITS_AT_MOST: Final = 2_000
_LOOK_UP_SECONDS: Final = 0.1
_LAST_SENDING_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """`rate` events a second on average; `speed` divides the visitors' pauses; `run` makes ids unique."""

    rate: float
    speed: float
    run: str
    for_seconds: float | None = None


async def run_visitors(
    world: World,
    shop: Shop,
    counts: Counts,
    settings: LiveSettings,
    *,
    clock_us: Callable[[], int],
    stopping: Callable[[], bool],
) -> None:
    """Lets visitors in until `stopping` or the time is up; then ends all visits and sends what is left.

    `world` must have run. While the shop is down visits end early and are counted; none is let in
    beyond 2,000 at a time.
    """
    numbers, crowd = count(), Crowd(world)
    pace = Pace(clock_us, lambda: f"l{settings.run}-{next(numbers):09d}", settings.speed)
    places = {product: place for place, product in enumerate(world.catalogue.product_ids)}
    arrivals = stream(world.settings.seed, f"live-{settings.run}")
    sender, visits = asyncio.create_task(shop.send_events()), set[asyncio.Task[None]]()
    loop = asyncio.get_running_loop()
    end = loop.time() + settings.for_seconds if settings.for_seconds is not None else float("inf")
    upcoming = loop.time()
    failed: list[BaseException] = []
    while not stopping() and loop.time() < end and not failed:
        while upcoming <= loop.time():
            upcoming += float(arrivals.exponential(_EVENTS_A_VISIT / settings.rate))
            if len(visits) >= _VISITS_AT_MOST:
                continue
            counts.visits += 1
            random = stream(world.settings.seed, f"live-{settings.run}-visit", counts.visits)
            thief = random.random() < _THIEF_RATIO
            who = (crowd.stranger if thief else crowd.next)(counts.visits, settings.run, random)
            visit = Visit(*who, shop, pace, counts, places, thief=thief)
            task = asyncio.create_task(_visited(visit, counts))
            visits.add(task)
            task.add_done_callback(lambda done: _leave(done, visits, failed))
        await asyncio.sleep(min(_LOOK_UP_SECONDS, max(0.0, upcoming - loop.time())))
    await _end(list(visits))
    await shop.empty_outbox(_LAST_SENDING_SECONDS)
    await _end([sender])
    if failed:
        raise failed[0]


def _leave(done: asyncio.Task[None], visits: set[asyncio.Task[None]], failed: list[BaseException]) -> None:
    visits.discard(done)
    if not done.cancelled() and (error := done.exception()):
        failed.append(error)


async def _visited(visit: Visit, counts: Counts) -> None:
    try:
        await visit.run()
    except ShopDown:
        counts.given_up += 1


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
