"""Keeps a dead store from costing every request its deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tillstream.core.errors import StoreUnavailable

T = TypeVar("T")


class Breaker:
    """After `failures` in a row it refuses at once for `rest_seconds`, then lets one call try.

    For one event loop; not for several threads.
    """

    def __init__(
        self,
        *,
        deadline_seconds: float,
        failures: int = 3,
        rest_seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        self._deadline, self._limit, self._rest, self._clock = deadline_seconds, failures, rest_seconds, clock
        self._on_failure = on_failure
        self._failed = 0
        self._closed_again_at = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether calls are refused at the moment."""
        return self._failed >= self._limit and (self._trying or self._clock() < self._closed_again_at)

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`; raises StoreUnavailable at the deadline, after a failure, or at once while open."""
        if self.is_open:
            raise StoreUnavailable("the store failed just now; it is tried again within a second")
        self._trying = self._failed >= self._limit
        try:
            async with asyncio.timeout(self._deadline):
                found = await work()
        except TimeoutError as error:
            self._fail()
            raise StoreUnavailable(f"the store did not answer within {self._deadline * 1000:.0f} ms") from error
        except (StoreUnavailable, OSError) as error:
            self._fail()
            raise StoreUnavailable(f"the store cannot be read: {error}") from error
        finally:
            self._trying = False
        self._failed = 0
        return found

    def _fail(self) -> None:
        self._failed += 1
        self._closed_again_at = self._clock() + self._rest
        self._on_failure()
