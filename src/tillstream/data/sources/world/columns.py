"""Columns of events as JSON pieces: a few hundred nanoseconds an event instead of microseconds.

A column is a list of bytes, one piece an event, each with its leading comma, empty where the
field is absent. `join` glues columns to whole objects. What is written here is decoded by the
contracts in a test for every topic.
"""

import json
from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np

from tillstream.data.sources.world.arrays import Floats, Ints, Objects, objects
from tillstream.data.sources.world.settings import DAY_US

Column = list[bytes]
ABSENT: Final = -1


class Pieces:
    """A field's possible values, encoded once: `None` is an absent field."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        encoded = [b"" if value is None else f',"{name}":{json.dumps(value)}'.encode() for value in values]
        self._pieces: Objects = objects([*encoded, b""])

    def at(self, codes: Ints) -> Column:
        """The piece of each code; ABSENT gives none."""
        return self._pieces[codes].tolist()  # type: ignore[no-any-return]


def integers(name: str, values: Ints, present: Any = None) -> Column:
    """Whole numbers; absent where `present` is false."""
    head = f',"{name}":'.encode()
    if present is None:
        return [b"%b%d" % (head, value) for value in values.tolist()]
    return [b"%b%d" % (head, value) if there else b"" for value, there in zip(values.tolist(), present, strict=True)]


def ratios(name: str, values: Floats, present: Any = None) -> Column:
    """Numbers to four decimals; absent where `present` is false."""
    head = f',"{name}":'.encode()
    shown = present if present is not None else np.ones(len(values), dtype=bool)
    return [b"%b%.4f" % (head, v) if there else b"" for v, there in zip(values.tolist(), shown.tolist(), strict=True)]


def identities(prefix: str, numbers: Ints) -> Column:
    """`prefix` and eleven digits."""
    shape = prefix.encode() + b"%011d"
    return [shape % number for number in numbers.tolist()]


def quoted(name: str, values: Column) -> Column:
    """Plain ASCII strings that need no escape, such as ids."""
    head = f',"{name}":"'.encode()
    return [head + value + b'"' for value in values]


def optional(column: Column, present: Any) -> Column:
    """The column, empty where `present` is false."""
    return [piece if there else b"" for piece, there in zip(column, present.tolist(), strict=True)]


_TIME_TEMPLATE: Final = np.frombuffer(b',"occurred_at":"0000-00-00T00:00:00.000000Z"', dtype=np.uint8)
_TIME_AT: Final = 16


def instants(micros: Ints) -> Column:
    """`occurred_at`, RFC 3339 in UTC to the microsecond."""
    table = np.repeat(_TIME_TEMPLATE[None, :], len(micros), axis=0)
    days, within = np.divmod(micros, DAY_US)
    dates = np.unique(days)
    shown = np.array(dates.astype("M8[D]").astype(str).tolist(), dtype="S10").view(np.uint8).reshape(-1, 10)
    table[:, _TIME_AT : _TIME_AT + 10] = shown[np.searchsorted(dates, days)]
    seconds, fraction = np.divmod(within, 1_000_000)
    clock = ((11, seconds // 3600, 2), (14, seconds // 60 % 60, 2), (17, seconds % 60, 2), (20, fraction, 6))
    for place, part, width in clock:
        for digit in range(width):
            table[:, _TIME_AT + place + digit] = part // 10 ** (width - 1 - digit) % 10 + 48
    return table.view(f"S{table.shape[1]}").ravel().tolist()


def join(event_ids: Column, *columns: Column) -> Column:
    """Whole JSON objects, `event_id` first; ids need no escape."""
    opening, closing = repeat(b'{"event_id":"'), repeat(b'"')
    return [b"".join(pieces) + b"}" for pieces in zip(opening, event_ids, closing, *columns, strict=False)]
