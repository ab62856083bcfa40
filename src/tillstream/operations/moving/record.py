"""How far a move has come: one small file in the home, written whole."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from tillstream.adapters.log import TopicPartition
from tillstream.operations.stack.status import write_whole


class State(StrEnum):
    """Each begins where the one before was durable."""

    PREPARED = "prepared"
    """What is to be carried is settled."""
    COPIED = "copied"
    """All of it is on the new log."""
    SWITCHED = "switched"
    """The home's setting names the new log."""


class Plan(msgspec.Struct, frozen=True):
    """What is carried of each partition (`topic/partition`): single older records, then all from a place on."""

    ends: dict[str, int]
    """Where the old log ended when this was settled."""
    starts: dict[str, int]
    """From where on everything is carried; a partition that is not named is not carried."""
    beginnings: dict[str, list[int]]
    """Older records, by offset: what belongs together with a carried one."""
    since_us: int
    """Every source event that happened at or after it is carried."""
    horizon_us: int
    """Up to where feature steps belong to batch."""

    def places(self) -> list[TopicPartition]:
        """The partitions that are carried, in an order that is always the same."""
        return sorted(map(place_named, self.starts))


class Move(msgspec.Struct, frozen=True):
    """One move of a home."""

    state: State
    to: str
    """The engine set."""
    old_log: str
    new_log: str
    folder: str
    """Where under the home the events lie, if the new log is on SQLite."""
    bases: dict[str, int]
    """Where the new log ended before anything was carried."""
    plan: Plan
    begun_at: str
    carried: int = 0
    """Records on the new log once it is copied."""


def name_of(place: TopicPartition) -> str:
    """`topic/partition`."""
    return f"{place[0]}/{place[1]}"


def place_named(name: str) -> TopicPartition:
    """The partition of such a name."""
    topic, _, partition = name.rpartition("/")
    return topic, int(partition)


def named(offsets: Mapping[TopicPartition, int]) -> dict[str, int]:
    """Offsets by such names."""
    return {name_of(place): offset for place, offset in sorted(offsets.items())}


def read_move(path: Path) -> Move | None:
    """The last move of a home, finished or not; None where there was none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Move)
    except FileNotFoundError:
        return None


def write_move(path: Path, move: Move) -> None:
    """Replaces the file."""
    write_whole(path, msgspec.to_builtins(move))
