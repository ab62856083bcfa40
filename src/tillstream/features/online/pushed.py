"""A pushed row: finished values of one entity as of one instant. The newest instant's row stays.

Its bytes begin with the microseconds of the event, then those of its making, 17 characters each, which the store
compares.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

PUSHED: Final = "p:"
"""Apart from the rows of tiles: those are emptied and filled again when definitions change, these are not."""
_WIDTH: Final = 17
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(dict[str, bytes]).decode


def pushed_key(project: str, view: str, ids: Mapping[str, str | int]) -> str:
    """The row's key, of its entities' ids by join key."""
    return pushed_prefix(project, view) + msgspec.json.encode(dict(sorted(ids.items()))).decode()


def pushed_prefix(project: str, view: str) -> str:
    """What all keys of a view begin with."""
    return f"{PUSHED}{project}:{view}:"


def encode_pushed(at_us: int, made_us: int, values: Mapping[str, bytes]) -> bytes:
    """The row's bytes."""
    return f"{at_us:0{_WIDTH}d}{made_us:0{_WIDTH}d}".encode() + _ENCODE(values)


def decode_pushed(row: bytes) -> tuple[int, dict[str, bytes]]:
    """The instant of its event, and its values."""
    return int(row[:_WIDTH]), _DECODE(row[2 * _WIDTH :])
