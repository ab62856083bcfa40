"""Many rows of one entity kind as one array of whole numbers, and where each group's tiles lie in it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from zlib_ng.zlib_ng import crc32

from tillstream.features.definitions.schema import Schema
from tillstream.features.errors import FingerprintUnknown
from tillstream.features.online.column import Longs
from tillstream.features.online.packing import RESIDUE, check_row, decode_tiles, empty_row
from tillstream.features.tiles import Payload


class PackedRows:
    """The rows of so many ids, None for one that the store does not have; `numbers` are all of them, joined.

    Raises FingerprintUnknown or RowBroken when one of them is not what this schema's writer wrote.
    """

    def __init__(self, schema: Schema, entity: str, rows: Sequence[bytes | None]) -> None:
        self._groups, self._places = schema.groups[entity], schema.places[entity]
        fingerprint, edges = schema.fingerprints[entity], len(self._groups) + 1
        none = empty_row(fingerprint, len(self._groups))
        whole = [none if row is None else row for row in rows]
        if not set(map(crc32, whole)) <= {RESIDUE}:
            for row in whole:
                check_row(row, fingerprint)
        self._joined = b"".join(whole)
        self.numbers: Longs = np.frombuffer(self._joined, "<i8")
        sizes = np.fromiter(map(len, whole), np.int64, len(whole))
        starts = sizes.cumsum() - sizes
        if (self.numbers.take(starts >> 3) != int.from_bytes(fingerprint, "little", signed=True)).any():
            raise FingerprintUnknown
        # Eight bytes of fingerprint are two of these words.
        words = np.arange(2, 2 + edges)[:, None] + (starts >> 2)
        self._edges: Longs = np.frombuffer(self._joined, "<u4").take(words) + starts

    def sections(self, places: Longs, lines: Longs) -> tuple[Longs, Longs]:
        """Of each section at these places with so many lines, and each id: its place in `numbers`, and its tiles."""
        begins, ends = self._edges.take(places, axis=0), self._edges.take(places + 1, axis=0)
        return begins >> 3, (ends - begins) // (8 * lines)

    def payloads(self, number: int) -> list[dict[int, Payload]]:
        """Of a group with text each id's tiles by step."""
        place, group = self._places[number], self._groups[number]
        edges = zip(self._edges[place].tolist(), self._edges[place + 1].tolist(), strict=True)
        return [decode_tiles(group, self._joined[begin:end]) for begin, end in edges]


def running(numbers: NDArray[Any]) -> Longs:
    """The sum of all numbers before each place, and before the end; wrapped around, so that differences are exact."""
    found = np.empty(len(numbers) + 1, np.int64)
    found[0] = 0
    numbers.cumsum(dtype=np.int64, out=found[1:])
    return found


def spread(begins: Longs, sizes: Longs) -> tuple[Longs, Longs]:
    """The places of all these stretches, one after the other, and where each stretch ends among them."""
    ends: Longs = sizes.cumsum()
    places: Longs = (begins - (ends - sizes)).repeat(sizes) + np.arange(ends[-1] if len(ends) else 0)
    return places, ends
