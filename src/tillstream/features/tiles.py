"""A tile: what one group keeps of one entity and one step. The pure part that every engine shares.

By kind of group a payload is
- sums: one whole number a column;
- last: [at, place, value of each field] of the newest event;
- distinct: the smallest hashes, ascending;
- counts: value to count, of the values with the smallest hashes, by value;
- recent: [at, place, value] of the last different values, newest first.
What stays at a limit depends on the events alone, never on their order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.definitions.language import DAY, OCCURRED_ON, Where
from tillstream.features.definitions.schema import Group

Payload: TypeAlias = Any
Add: TypeAlias = Callable[[Payload | None, int, int, Any, Any], Payload | None]
"""(tile or None, at, place, event, element) to the tile with the event in it; None while nothing is kept."""

_DAY_US: Final = DAY * 10**6


@dataclass(frozen=True, slots=True)
class Fold:
    """How events become a group's tiles."""

    group: Group
    add: Add


def fold_of(group: Group) -> Fold:
    """The fold of one group, with its fields and filters resolved once."""
    makers: Mapping[str, Callable[[Group], Add]] = {
        "sums": _sums,
        "last": _last,
        "distinct": _distinct,
        "counts": _counts,
        "recent": _recent,
    }
    return Fold(group, makers[group.kind](group))


def _matcher(where: Where) -> Callable[[Any], bool]:
    if not where:
        return lambda _event: True
    if len(where) == 1:
        (name, allowed), *_ = where
        values = frozenset(allowed)
        return lambda event: getattr(event, name) in values
    pairs = tuple((name, frozenset(allowed)) for name, allowed in where)
    return lambda event: all(getattr(event, name) in values for name, values in pairs)


def _value(name: str, at: int, element: Any) -> Any:
    return str(at // _DAY_US) if name == OCCURRED_ON else getattr(element, name)


def _sums(group: Group) -> Add:
    width = len(group.columns)
    columns = tuple((n, _matcher(c.where), c.of, c.adds == "value") for n, c in enumerate(group.columns))

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:  # noqa: ARG001
        for n, matches, of, adds_value in columns:
            if not matches(event):
                continue
            if tile is None:
                tile = [0] * width
            if of is None:
                tile[n] += 1
            elif (value := getattr(element, of)) is not None:
                tile[n] += value if adds_value else 1
        return tile

    return add


def _last(group: Group) -> Add:
    matches, fields = _matcher(group.where), group.fields

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:
        if not matches(event) or (tile is not None and (tile[0], tile[1]) >= (at, place)):
            return tile
        values = [getattr(element, name) for name in fields]
        return tile if None in values else [at, place, *values]

    return add


def _distinct(group: Group) -> Add:
    matches, field, limit = _matcher(group.where), group.fields[0], group.limit

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:  # noqa: ARG001
        if not matches(event) or (value := _value(field, at, element)) is None:
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
    matches, field, limit = _matcher(group.where), group.fields[0], group.limit

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:  # noqa: ARG001
        if not matches(event) or (value := _value(field, at, element)) is None:
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
    matches, field, limit = _matcher(group.where), group.fields[0], group.limit

    def add(tile: Payload | None, at: int, place: int, event: Any, element: Any) -> Payload | None:
        if not matches(event) or (value := _value(field, at, element)) is None:
            return tile
        entries = [entry for entry in tile or () if entry[2] != value]
        known = next((entry for entry in tile or () if entry[2] == value), None)
        mine = [at, place, value]
        entries.append(max(known, mine) if known else mine)
        entries.sort(reverse=True)
        return entries[:limit]

    return add
