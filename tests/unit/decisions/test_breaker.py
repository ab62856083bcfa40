import asyncio

import pytest

from tillstream.core.errors import StoreUnavailable
from tillstream.decisions.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def hang() -> int:
    await asyncio.sleep(60)
    return 1


async def answer() -> int:
    return 1


def test_a_store_that_hangs_costs_three_deadlines_and_then_nothing_until_it_is_tried_again() -> None:
    async def run() -> None:
        clock, failures = Clock(), []
        breaker = Breaker(deadline_seconds=0.01, clock=clock, on_failure=lambda: failures.append(1))
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match="within 10 ms"):
                await breaker.call(hang)
        with pytest.raises(StoreUnavailable, match="tried again"):
            await breaker.call(answer)
        assert (breaker.is_open, len(failures)) == (True, 3)
        clock.now = 1.0
        assert await breaker.call(answer) == 1
        assert not breaker.is_open

    asyncio.run(run())


def test_while_one_call_tries_the_others_do_not_wait() -> None:
    async def run() -> None:
        clock = Clock()
        breaker = Breaker(deadline_seconds=0.05, failures=1, clock=clock)
        with pytest.raises(StoreUnavailable):
            await breaker.call(hang)
        clock.now = 1.0
        trying = asyncio.create_task(breaker.call(hang))
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="tried again"):
            await breaker.call(answer)
        with pytest.raises(StoreUnavailable):
            await trying

    asyncio.run(run())


def test_a_caller_that_goes_away_is_not_the_stores_failure() -> None:
    async def run() -> None:
        breaker = Breaker(deadline_seconds=5, failures=1)
        task = asyncio.create_task(breaker.call(hang))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await breaker.call(answer) == 1

    asyncio.run(run())
