"""Many rows of one entity kind as one array of whole numbers, and where each group's tiles lie in it."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from zlib_ng.zlib_ng import crc32

from tillstream.features.definitions.schema import Schema
from tillstream.features.errors import FingerprintUnknown
from tillstream.features.online.column import Longs
from tillstream.features.online.packing import FINGERPRINT_BYTES, check_row, decode_tiles, empty_row
from tillstream.features.tiles import Payload


class PackedRows:
    """The rows of so many ids, None for one that the store does not have; `numbers` are all of them, joined.

    Raises FingerprintUnknown or RowBroken when one of them is not what this schema's writer wrote.
    """

    def __init__(self, schema: Schema, entity: str, rows: Sequence[bytes | None]) -> None:
        self._groups, self._places = schema.groups[entity], schema.places[entity]
        fingerprint = schema.fingerprints[entity]
        layout = _layout_of(fingerprint, len(self._groups))
        if not all(rows):
            # An empty value is no row, and must not vanish among the others.
            rows = [layout.none if row is None else row or b"?" for row in rows]
        whole = cast("Sequence[bytes]", rows)
        self._joined = b"".join(whole)
        if crc32(self._joined):
            for row in whole:
                check_row(row, fingerprint)
        self.numbers: Longs = np.frombuffer(self._joined, "<i8")
        sizes = np.fromiter(map(len, whole), np.int64, len(whole))
        starts = sizes.cumsum() - sizes
        # A row of another layout may be shorter than this head; then its fingerprint is another too.
        heads = np.frombuffer(self._joined, "<u4").take(layout.words + (starts >> 2), mode="clip")
        if (heads[:2] != layout.fingerprint).any():
            raise FingerprintUnknown
        self._edges: Longs = heads[2:] + starts

    def sections(self, places: Longs, after: Longs, lines: Longs) -> tuple[Longs, Longs]:
        """Of each section with so many lines, and each id: its place in `numbers`, and its tiles.

        `places` says which sections, `after` where each one's next stands.
        """
        at = self._edges >> 3
        begins = at.take(places, axis=0)
        return begins, (at.take(after, axis=0) - begins) // lines

    def payloads(self, number: int) -> list[dict[int, Payload]]:
        """Of a group with text each id's tiles by step."""
        place, group = self._places[number], self._groups[number]
        edges = zip(self._edges[place].tolist(), self._edges[place + 1].tolist(), strict=True)
        return [decode_tiles(group, self._joined[begin:end]) for begin, end in edges]


class _Layout(NamedTuple):
    none: bytes
    """The row of an id that the store does not have."""
    words: Longs
    """Which four bytes of a row are its head's, as a column: fingerprint, then edges."""
    fingerprint: NDArray[np.uint32]
    """Its two of these words, as a column."""


@cache
def _layout_of(fingerprint: bytes, groups: int) -> _Layout:
    words = np.arange(FINGERPRINT_BYTES // 4 + groups + 1).reshape(-1, 1)
    return _Layout(empty_row(fingerprint, groups), words, np.frombuffer(fingerprint, "<u4").reshape(-1, 1))


def running(numbers: NDArray[Any]) -> Longs:
    """The sum of all numbers before each place, and before the end; wrapped around, so that differences are exact."""
    found = np.empty(len(numbers) + 1, np.int64)
    found[0] = 0
    numbers.cumsum(dtype=np.int64, out=found[1:])
    return found


def spread(begins: Longs, sizes: Longs) -> tuple[Longs, Longs]:
    """The places of all these stretches, one after the other, and where each stretch ends among them."""
    ends: Longs = sizes.cumsum()
    count = int(ends[-1]) if len(ends) else 0
    places: Longs = (begins - (ends - sizes)).repeat(sizes) + _ordinals(count.bit_length())[:count]
    return places, ends


@cache
def _ordinals(bits: int) -> Longs:
    return np.arange(1 << bits)
