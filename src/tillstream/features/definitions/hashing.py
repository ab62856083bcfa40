"""The hash that decides what stays at a cap: the same in every engine and every process."""

from functools import lru_cache
from hashlib import blake2b


@lru_cache(maxsize=65_536)
def stable_hash(value: str) -> int:
    """63 bits of BLAKE2b, so that it fits a signed column."""
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "big") >> 1
