"""A tile: what one group keeps of one entity and one step. The pure part that every engine shares.

By kind of group a payload is
- sums: one whole number a column;
- extremes: one whole number a column, NONE_LEAST or NONE_GREATEST where no event had a value;
- last, first: [at, place, value of each field] of the newest or the oldest event that has them all; elements of one
  event by the values;
- distinct: the smallest hashes, ascending;
- counts: value to count, of the values with the smallest hashes, by value;
- recent: [at, place, value] of the last different values, newest first.
What stays at a limit depends on the events alone, never on their order. The step of a base tile is negative: -B holds
every step below B.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tillstream.features.definitions.groups import Column, Group
from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.definitions.language import Where
from tillstream.features.readers import matcher_of, narrowed, reader_of

Payload: TypeAlias = Any
Add: TypeAlias = Callable[[Payload | None, int, int, Any, Any], Payload | None]
"""(tile or None, at, place, event, element) to the tile with the event in it; None while nothing is kept."""

NONE_LEAST: Final = 2**62
NONE_GREATEST: Final = -(2**62)


def add_of(group: Group, kind: str | None = None) -> Add | None:
    """How an event is added to the group's tiles; None where events of that `kind` never are."""
    if group.columns:
        return _columns(group, kind)
    where = narrowed(group.where, kind)
    if where is None:
        return None
    makers: Mapping[str, Callable[[Group], Add]] = {
        "last": _newest,
        "first": _oldest,
        "distinct": _distinct,
        "counts": _counts,
        "recent": _recent,
    }
    return _where(where, makers[group.kind](group))


def empty_columns(group: Group) -> list[int]:
    """What a tile of columns holds before any event."""
    none = {"min": NONE_LEAST, "max": NONE_GREATEST}
    return [none.get(column.adds, 0) for column in group.columns]


def _where(where: Where, add: Add) -> Add:
    matches = matcher_of(where)
    if matches is None:
        return add

    def add_matching(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:
        return add(tile, at, place, event, element) if matches(event) else tile

    return add_matching


def _columns(group: Group, kind: str | None) -> Add | None:
    own = narrowed(group.where, kind)
    possible = [(n, column, narrowed(column.where, kind)) for n, column in enumerate(group.columns)]
    possible = [(n, column, where) for n, column, where in possible if where is not None]
    if own is None or not possible:
        return None
    ones = tuple(n for n, column, where in possible if column.of is None and not where)
    rest = tuple(
        (n, matcher_of(where or ()), reader_of(group.source, column.of) if column.of else None, _change(column))
        for n, column, where in possible
        if n not in ones
    )
    empty = empty_columns(group)

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:  # noqa: ARG001
        if ones:
            if tile is None:
                tile = empty.copy()
            for n in ones:
                tile[n] += 1
        for n, matches, read, change in rest:
            if matches is not None and not matches(event):
                continue
            if tile is None:
                tile = empty.copy()
            if read is None:
                tile[n] += 1
            elif (value := read(at, event, element)) is not None:
                tile[n] = change(tile[n], value)
        return tile

    return _where(own, add)


def _change(column: Column) -> Callable[[int, int], int]:
    changes: Mapping[str, Callable[[int, int], int]] = {
        "one": lambda held, _value: held + 1,
        "value": lambda held, value: held + value,
        "min": min,
        "max": max,
    }
    return changes[column.adds]


def _newest(group: Group) -> Add:
    readers = tuple(reader_of(group.source, name) for name in group.fields)

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:
        if tile is not None and (tile[0], tile[1]) > (at, place):
            return tile
        mine = [at, place, *(read(at, event, element) for read in readers)]
        return mine if None not in mine and (tile is None or mine > tile) else tile

    return add


def _oldest(group: Group) -> Add:
    readers = tuple(reader_of(group.source, name) for name in group.fields)

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:
        if tile is not None and (tile[0], tile[1]) < (at, place):
            return tile
        mine = [at, place, *(read(at, event, element) for read in readers)]
        return mine if None not in mine and (tile is None or mine < tile) else tile

    return add


def _distinct(group: Group) -> Add:
    read, limit = reader_of(group.source, group.fields[0]), group.limit

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:  # noqa: ARG001
        if (value := read(at, event, element)) is None:
            return tile
        hashed = stable_hash(value)
        if tile is None:
            return [hashed]
        if hashed not in tile:
            tile.append(hashed)
            tile.sort()
            del tile[limit:]
        return tile

    return add


def _counts(group: Group) -> Add:
    read, limit = reader_of(group.source, group.fields[0]), group.limit

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:  # noqa: ARG001
        if (value := read(at, event, element)) is None:
            return tile
        if tile is None:
            return {value: 1}
        if value in tile:
            tile[value] += 1
            return tile
        kept = sorted((*tile, value), key=stable_hash)[:limit]
        return {name: tile.get(name, 1) for name in sorted(kept)}

    return add


def _recent(group: Group) -> Add:
    read, limit = reader_of(group.source, group.fields[0]), group.limit

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:
        if (value := read(at, event, element)) is None:
            return tile
        entries = [entry for entry in tile or () if entry[2] != value]
        known = next((entry for entry in tile or () if entry[2] == value), None)
        mine = [at, place, value]
        entries.append(max(known, mine) if known else mine)
        entries.sort(reverse=True)
        return entries[:limit]

    return add
