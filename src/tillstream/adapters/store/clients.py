"""Clients of the store: reading within a deadline, writing what belongs together at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import valkey
import valkey.asyncio
from valkey.exceptions import OutOfMemoryError, ValkeyError

from tillstream.adapters.store.breaker import Breaker
from tillstream.core.errors import StoreUnavailable
from tillstream.core.settings import StoreSettings

_WRITE_SECONDS: Final = 2.0
_READ_BYTES: Final = 2**18
"""Taken of a connection at once: a hundred rows and more, for which the client's own 64 KiB take two reads."""
_SWAP: Final = """
local found = redis.call('GET', KEYS[1]) or ''
if found ~= ARGV[1] then return 0 end
local key, told = 2, #KEYS + 2
while key <= #KEYS do
  local seconds, following = ARGV[told], key + ARGV[told + 1]
  for i = key, following - 1 do redis.call('SET', KEYS[i], ARGV[i + 1], 'EX', seconds) end
  key, told = following, told + 2
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""
_PUT_NEWEST: Final = """
local function whole(row, first, last) return tonumber(string.sub(row, first, last)) end
local written = 0
for i, key in ipairs(KEYS) do
  local row, found = ARGV[2 * i - 1], redis.call('GETRANGE', key, 0, 33)
  local at, known = whole(row, 1, 17), whole(found, 1, 17)
  if not known or at > known or (at == known and whole(row, 18, 34) >= whole(found, 18, 34)) then
    redis.call('SET', key, row)
    if ARGV[2 * i] ~= '0' then redis.call('EXPIRE', key, ARGV[2 * i]) end
    written = written + 1
  end
end
return written
"""


class ReadingStore:
    """For an event loop: one MGET within the deadline, or StoreUnavailable; never a stale or a partial answer."""

    def __init__(self, settings: StoreSettings, *, breaker: Breaker | None = None) -> None:
        self._settings, self.breaker = settings, breaker or Breaker()
        # Without the client's greeting a connection is made of one packet, and a deadline inside it leaks no socket.
        self._client = valkey.asyncio.Valkey(
            host=settings.host,
            port=settings.port,
            socket_connect_timeout=settings.deadline_ms / 1000,
            lib_name=None,
            lib_version=None,
        )

    async def mget(self, keys: Sequence[str]) -> list[bytes | None]:
        """All values in one command."""
        if not self.breaker.allows():
            raise StoreUnavailable(
                f"the store at {self._address} did not answer lately; it is asked again soon", "resting"
            )
        try:
            async with asyncio.timeout(self._settings.deadline_ms / 1000):
                # Not its mget(): that spends longer on its arguments than on the rest.
                found: list[bytes | None] = await self._client.execute_command("MGET", *keys)  # type: ignore[no-untyped-call]
        except (TimeoutError, OSError, ValkeyError) as error:
            self.breaker.failed()
            why = str(error) or f"nothing within {self._settings.deadline_ms} ms"
            outcome = "late" if isinstance(error, TimeoutError) else "down"
            raise StoreUnavailable(f"the store at {self._address}: {why}", outcome) from error
        self.breaker.succeeded()
        return found

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._client.aclose()

    @property
    def _address(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"


def blocking_client(settings: StoreSettings, timeout_seconds: float | None = None) -> valkey.Valkey:
    """A client that waits so long for an answer, or for ever: a line with a timeout is polled before each read."""
    return valkey.Valkey.from_pool(
        valkey.ConnectionPool(
            host=settings.host,
            port=settings.port,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            socket_read_size=_READ_BYTES,
        )
    )


class WritingStore:
    """For one thread; every error of the server or the line is StoreUnavailable."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._client = blocking_client(settings, _WRITE_SECONDS)
        self._swap = self._client.register_script(_SWAP)
        self._put_newest = self._client.register_script(_PUT_NEWEST)

    def mget(self, keys: Sequence[str]) -> list[bytes | None]:
        """All values in one command."""
        try:
            found = self._client.execute_command("MGET", *keys)  # type: ignore[no-untyped-call]
            return cast("list[bytes | None]", found)
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error

    def swap(self, guard: str, expected: bytes, following: bytes, values: Mapping[int, Mapping[str, bytes]]) -> bool:
        """Sets all values, by the seconds they live, and the guard in one step, if the guard still is `expected`.

        A guard that is not there counts as empty. False: nothing was written.
        """
        keys, arguments, lives = [guard], list[bytes | int]((expected, following)), list[int]()
        for seconds, living in values.items():
            keys += living.keys()
            arguments += living.values()
            lives += (seconds, len(living))
        try:
            return bool(self._swap(keys=keys, args=[*arguments, *lives]))
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error

    def put(self, key: str, value: bytes, seconds: int) -> None:
        """Sets one value that lives for so many seconds."""
        try:
            self._client.set(key, value, ex=seconds)
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error

    def put_newest(self, values: Sequence[tuple[str, bytes, int]]) -> int:
        """Sets each value (key, bytes, seconds to live or 0 for ever) unless a newer one is there; how many it set.

        A value begins with two whole numbers of 17 characters, and the greater pair is the newer; of equal ones the
        later call's stays. Comparing and setting is one step, so no order of writers leaves an older value.
        """
        arguments: list[bytes | int] = []
        for _, value, seconds in values:
            arguments += (value, seconds)
        try:
            return int(cast(int, self._put_newest(keys=[key for key, _, _ in values], args=arguments)))
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error

    def clear(self, prefix: str) -> int:
        """Deletes every key that begins so; how many."""
        deleted = 0
        try:
            for keys in _portions(list(self._client.scan_iter(match=f"{prefix}*", count=5_000)), 5_000):
                deleted += cast(int, self._client.unlink(*keys))
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error
        return deleted

    def keys(self, prefix: str) -> list[str]:
        """Every key that begins so; walks the whole store."""
        try:
            return sorted(key.decode() for key in self._client.scan_iter(match=f"{prefix}*", count=5_000))
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error

    def memory_bytes(self) -> tuple[int, int]:
        """What the server holds, and what it may hold (0: no bound)."""
        try:
            told = cast("dict[str, Any]", self._client.info("memory"))
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error
        return int(told["used_memory"]), int(told["maxmemory"])

    def key_bytes(self, keys: Sequence[str]) -> list[int]:
        """What the server says each key takes with its value; 0 for one that is gone."""
        try:
            with self._client.pipeline(transaction=False) as asked:
                for key in keys:
                    asked.memory_usage(key)
                return [int(size or 0) for size in asked.execute()]  # type: ignore[no-untyped-call]
        except (OSError, ValkeyError) as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Lets go of the connection."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _unavailable(self, error: Exception) -> StoreUnavailable:
        place = f"the store at {self._settings.host}:{self._settings.port}"
        if isinstance(error, OutOfMemoryError) or str(error).startswith("OOM"):
            most = "raise TILLSTREAM_STORE__MAX_MEMORY_BYTES; `tillstream features memory` says what is needed"
            return StoreUnavailable(f"{place} is full and refuses writes: {most}", "full")
        return StoreUnavailable(f"{place}: {error}")


def _portions(keys: list[bytes], size: int) -> list[list[bytes]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]
