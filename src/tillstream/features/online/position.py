"""Where the writer stands, as the store keeps it beside the rows: one small key, read in the same command."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

PREFIX: Final = "f:"
POSITION: Final = PREFIX + "position"
COUNTED: Final = "counted-until"
"""Beside the rows: microseconds since 1970; all received before is counted in them. A running worker moves it."""
NEVER: Final = 2**62
"""An offset that no partition reaches: the store waits for batch to have sent everything again."""


@dataclass(frozen=True, slots=True)
class Position:
    """The next offset of each partition of feature_updates.v1, in which log, for which definitions.

    `ready_at` is set while an empty store is being filled: the offsets from which on its rows are whole.
    """

    log_id: str
    schema: str
    next: Mapping[int, int] = field(default_factory=dict)
    ready_at: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether rows may be read."""
        return not self.ready_at

    @property
    def needs_batch(self) -> bool:
        """Whether the topic alone cannot make its rows whole."""
        return NEVER in self.ready_at.values()

    def moved(self, following: Mapping[int, int]) -> "Position":
        """The position after applying up to `following`; ready once it has passed what it was waiting for."""
        ahead = {**self.next, **following}
        reached = all(ahead.get(partition, 0) >= offset for partition, offset in self.ready_at.items())
        return replace(self, next=ahead, ready_at={} if reached else self.ready_at)

    def encode(self) -> bytes:
        """Its bytes, the same for the same position."""
        ordered = replace(self, next=dict(sorted(self.next.items())), ready_at=dict(sorted(self.ready_at.items())))
        return msgspec.json.encode(ordered)

    def __str__(self) -> str:
        """As decision records name it: `log-id/0:120,1:98`."""
        return f"{self.log_id}/" + ",".join(f"{partition}:{self.next[partition]}" for partition in sorted(self.next))


_DECODER: Final = msgspec.json.Decoder(Position)


def decode_position(value: bytes) -> Position | None:
    """The position in the store's bytes; None when they are none."""
    try:
        return _DECODER.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def offsets_told(text: str) -> dict[int, int]:
    """The next offset of each partition in a position as decision records name it; raises ValueError."""
    _, _, offsets = text.rpartition("/")
    return {
        int(partition): int(offset) for partition, _, offset in (part.partition(":") for part in offsets.split(","))
    }
