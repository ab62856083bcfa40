"""What definitions cost before any event is counted: tiles and bytes of an entity's row, at most."""

from collections.abc import Iterable
from typing import Final

from tillstream.features.definitions.groups import Group

_OPEN_STEPS: Final = 2
"""Beside a base tile: the step that is open, and the one before it until batch has run."""
_TEXT_BYTES: Final = 66
"""A text of the longest id, as MessagePack has it."""
_NUMBER_BYTES: Final = 9
_HEAD_BYTES: Final = 4


def tiles_at_most(group: Group) -> int:
    """How many tiles of a group one entity can have."""
    if group.keep == "newest":
        return 1
    if group.keep == "ever":
        return 1 + _OPEN_STEPS
    return min(group.kept_steps + 1, group.most_steps or group.kept_steps + 1)


def bytes_at_most(group: Group) -> int:
    """How many bytes of a row a group can take; texts as long as an id may be, each step at its limit."""
    number = _NUMBER_BYTES if group.is_text else 8
    payload = {
        "sums": number * len(group.columns),
        "extremes": number * len(group.columns),
        "last": 2 * number + len(group.fields) * (_TEXT_BYTES if group.is_text else number),
        "first": 2 * number + len(group.fields) * (_TEXT_BYTES if group.is_text else number),
        "distinct": (2 * group.limit - 1) * number,
        "counts": group.limit * (_TEXT_BYTES + number),
        "recent": group.limit * (2 * number + _TEXT_BYTES),
    }[group.kind]
    return _HEAD_BYTES + tiles_at_most(group) * (number + payload)


def row_bytes_at_most(groups: Iterable[Group]) -> int:
    """How many bytes an entity's row can take: what bounds the store, times its entities."""
    return sum(map(bytes_at_most, groups))
