"""What goes on the log and what comes off it."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

RECEIVED_AT: Final = "received-at-us"
"""Header that only simulate, replay and stack move may set: history keeps its own past."""
OCCURRED_AT: Final = "occurred-at-us"
"""Header that a door sets to the time it read in the event, for engines that need it before they decode; or none."""

NO_HEADERS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to append. `partition` is chosen from the key unless given."""

    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    partition: int | None = None


class Place(NamedTuple):
    """Where a record lies in the log."""

    topic: str
    partition: int
    offset: int


class Record(NamedTuple):
    """A record read from the log; offsets of a partition grow and may have gaps."""

    topic: str
    partition: int
    offset: int
    appended_at_us: int
    key: str
    value: bytes
    headers: Mapping[str, str]

    @property
    def received_at_us(self) -> int:
        """When it was received: its header if a source of history set one, else when it was appended."""
        given = self.headers.get(RECEIVED_AT) if self.headers else None
        return int(given) if given else self.appended_at_us

    @property
    def place(self) -> Place:
        """Its topic, partition and offset."""
        return Place(self.topic, self.partition, self.offset)


def partition_of(key: str, partitions: int) -> int:
    """The partition a key belongs to: CRC-32, as librdkafka's `consistent` partitioner."""
    return zlib.crc32(key.encode()) % partitions
