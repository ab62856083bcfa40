"""Many rows of one entity kind as one array of whole numbers, and where each group's tiles lie in it."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillstream.features.definitions.schema import Schema
from tillstream.features.errors import FingerprintUnknown
from tillstream.features.online.column import Longs
from tillstream.features.online.packing import RESIDUE, check_row, decode_tiles
from tillstream.features.tiles import Payload


class PackedRows:
    """The rows of so many ids, None for one that the store does not have; `numbers` are all of them, joined.

    Raises FingerprintUnknown or RowBroken when one of them is not what this schema's writer wrote.
    """

    def __init__(self, schema: Schema, entity: str, rows: Sequence[bytes | None]) -> None:
        self._groups, self._places = schema.groups[entity], schema.places[entity]
        fingerprint, edges = schema.fingerprints[entity], len(self._groups) + 1
        known = [row for row in rows if row is not None]
        if not set(map(zlib.crc32, known)) <= {RESIDUE}:
            for row in known:
                check_row(row, fingerprint)
        self._joined = b"".join(known)
        self.numbers: Longs = np.frombuffer(self._joined, "<i8")
        sizes = np.array([0 if row is None else len(row) for row in rows], np.int64)
        starts = np.cumsum(sizes) - sizes
        heads = starts[sizes > 0] // 8
        if (self.numbers[heads] != int.from_bytes(fingerprint, "little", signed=True)).any():
            raise FingerprintUnknown
        # Eight bytes of fingerprint are two of these words; ids without a row have sections of no length.
        words = 2 * heads[:, None] + np.arange(2, 2 + edges)
        self._edges = np.zeros((edges, len(rows)), np.int64)
        self._edges[:, sizes > 0] = np.frombuffer(self._joined, "<u4")[words].T + starts[sizes > 0]

    def sections(self, numbers: Longs, lines: Longs) -> tuple[Longs, Longs]:
        """Of each group with these numbers and so many lines, and each id: its place in `numbers`, and its tiles."""
        places = np.array(self._places)[numbers]
        begins = self._edges[places] // 8
        return begins, (self._edges[places + 1] // 8 - begins) // lines[:, None]

    def payloads(self, number: int) -> list[dict[int, Payload]]:
        """Of a group with text each id's tiles by step."""
        place, group = self._places[number], self._groups[number]
        edges = zip(self._edges[place].tolist(), self._edges[place + 1].tolist(), strict=True)
        return [decode_tiles(group, self._joined[begin:end]) for begin, end in edges]


def running(numbers: NDArray[Any]) -> Longs:
    """The sum of all numbers before each place, and before the end; wrapped around, so that differences are exact."""
    found = np.empty(len(numbers) + 1, np.int64)
    found[0] = 0
    np.cumsum(numbers, dtype=np.int64, out=found[1:])
    return found


def spread(begins: Longs, sizes: Longs) -> tuple[Longs, Longs]:
    """The places of all these stretches, one after the other, and where each stretch ends among them."""
    ends = np.cumsum(sizes)
    return np.repeat(begins - (ends - sizes), sizes) + np.arange(ends[-1] if len(ends) else 0), ends
