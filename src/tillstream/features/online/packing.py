"""An entity's row: a fingerprint, where each section begins and the last one ends, the sections, and a checksum.

Sections of whole numbers come first, as lines of little-endian int64 with a number a tile, oldest first, so that
readers take all rows in as one array: sums and extremes (steps, then each column), last and first (steps, at, place,
each field), distinct (steps, hashes). Sections with text are MessagePack. Head and row are filled up to eights. The
last four bytes make the CRC-32 of the row 0, and so that of any rows that are joined.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Final, TypeAlias

import msgspec
from zlib_ng.zlib_ng import crc32

from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.schema import Schema
from tillstream.features.errors import FingerprintUnknown, RowBroken
from tillstream.features.tiles import Payload

FINGERPRINT_BYTES: Final = 8
CHECKSUM_BYTES: Final = 4
_CLOSING: Final = 0x6DD90A9D
"""Bytes followed by their CRC-32 xor these four have the CRC-32 0, and leave it as it is before its first byte."""
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder().decode
_COUNTS: Final = msgspec.msgpack.Decoder(list[tuple[int, dict[str, int]]]).decode
Section: TypeAlias = Sequence[int] | bytes
"""Of a group in a row: whole numbers line by line, or MessagePack where its tiles hold text."""


@cache
def head_of(groups: int) -> struct.Struct:
    """The layout of what stands before so many sections."""
    edges = groups + 1
    return struct.Struct(f"<{FINGERPRINT_BYTES}s{edges}I{'4x' if edges % 2 else ''}")


@lru_cache(10_000)
def longs_of(count: int) -> struct.Struct:
    """The layout of so many whole numbers."""
    return struct.Struct(f"<{count}q")


def check_row(row: bytes, fingerprint: bytes) -> None:
    """Raises FingerprintUnknown for a row of another meaning or layout, RowBroken for one that was not packed so."""
    if not row.startswith(fingerprint):
        raise FingerprintUnknown
    if len(row) % 8 or crc32(row):
        raise RowBroken


def sections_of(schema: Schema, entity: str, row: bytes | None) -> list[Section]:
    """The section of each group; all empty without a row. Raises as check_row does."""
    groups = schema.groups[entity]
    if row is None:
        return [b""] * len(groups)
    check_row(row, schema.fingerprints[entity])
    _, *edges = head_of(len(groups)).unpack_from(row)
    numbers = longs_of(len(row) // 8).unpack(row)
    return [
        row[edges[place] : edges[place + 1]] if group.is_text else numbers[edges[place] >> 3 : edges[place + 1] >> 3]
        for group, place in zip(groups, schema.places[entity], strict=True)
    ]


def pack(schema: Schema, entity: str, sections: Sequence[Section]) -> bytes:
    """The row of these sections."""
    of_numbers, of_text = schema.order[entity]
    edge, numbers, text = head_of(len(sections)).size, list[int](), b""
    edges = [edge]
    for number in of_numbers:
        if section := sections[number]:
            numbers += section
            edge += 8 * len(section)
        edges.append(edge)
    for number in of_text:
        text += bytes(sections[number])
        edges.append(edge + len(text))
    row = _row_of(len(sections), len(numbers)).pack(schema.fingerprints[entity], *edges, *numbers)
    return _closed(row + text)


@cache
def empty_row(fingerprint: bytes, groups: int) -> bytes:
    """The row that an id without one reads as."""
    head = head_of(groups)
    return _closed(head.pack(fingerprint, *(head.size,) * (groups + 1)))


@lru_cache(10_000)
def _row_of(groups: int, count: int) -> struct.Struct:
    return struct.Struct(f"{head_of(groups).format}{count}q")


def _closed(row: bytes) -> bytes:
    row += bytes(-(len(row) + CHECKSUM_BYTES) % 8)
    return row + (crc32(row) ^ _CLOSING).to_bytes(CHECKSUM_BYTES, "little")


def merge(group: Group, section: Section, changed: Mapping[int, Payload]) -> Section:
    """The section with these tiles in place of those of the same steps, without steps that no window reaches.

    What is kept depends on the steps alone, so any order of merges ends with the same section.
    """
    if len(changed) == 1:
        # Most merges are of one tile, and that of the newest step.
        ((step, payload),) = changed.items()
        if not section:
            return _of_one(group, step, payload)
        if group.lines and group.kind != "distinct" and section[last := len(section) // group.lines - 1] == step:
            found = list(section)
            found[last :: last + 1] = (step, *payload)
            return found
    tiles = {**decode_tiles(group, section), **changed} if section else changed
    return encode_tiles(group, tiles, kept_of(group, tiles))


def kept_of(group: Group, steps: Iterable[int]) -> list[int]:
    """Those of the steps that can still matter, in order. A base tile takes the place of the steps it holds."""
    if group.keep == "newest":
        return [max(steps)]
    ordered = sorted(steps)
    if group.keep == "ever":
        return ordered[:1] + ordered[bisect_left(ordered, -ordered[0], 1) :] if ordered[0] < 0 else ordered
    oldest = ordered[-1] - group.kept_steps
    kept = ordered if ordered[0] >= oldest else ordered[bisect_left(ordered, oldest) :]
    return kept[-group.most_steps :] if group.most_steps else kept


def decode_tiles(group: Group, section: Section) -> dict[int, Payload]:
    """Tiles by step."""
    if not section:
        return {}
    if isinstance(section, bytes):
        return dict((_COUNTS if group.kind == "counts" else _DECODE)(section))
    tiles = len(section) // group.lines
    lines = [section[start : start + tiles] for start in range(0, len(section), tiles)]
    if group.kind == "distinct":
        found: dict[int, Payload] = {}
        for step, hashed in zip(*lines, strict=True):
            found.setdefault(step, []).append(hashed)
        return found
    steps, *payloads = lines
    return dict(zip(steps, map(list, zip(*payloads, strict=True)), strict=True))


def encode_tiles(group: Group, tiles: Mapping[int, Payload], steps: Sequence[int]) -> Section:
    """The section of the tiles of these steps, in their order."""
    if len(steps) == 1:
        (step,) = steps
        return _of_one(group, step, tiles[step])
    if group.is_text:
        return _ENCODE([(step, tiles[step]) for step in steps])
    payloads = [tiles[step] for step in steps]
    if group.kind == "distinct":
        spread = [step for step, hashes in zip(steps, payloads, strict=True) for _ in hashes]
        return [*spread, *chain.from_iterable(payloads)]
    return [*steps, *chain.from_iterable(zip(*payloads, strict=True))]


def _of_one(group: Group, step: int, payload: Payload) -> Section:
    if group.is_text:
        return _ENCODE(((step, payload),))
    return [step] * len(payload) + payload if group.kind == "distinct" else [step, *payload]
