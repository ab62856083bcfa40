"""An entity's row: a fingerprint, where each section begins and the last one ends, the sections, and a checksum.

Sections of whole numbers come first, as lines of little-endian int64 with a number a tile, oldest first, so that
readers take all rows in as one array: sums and extremes (steps, then each column), last and first (steps, at, place,
each field), distinct (steps, hashes). Sections with text are MessagePack. Head and row are filled up to eights. The
last four bytes make the CRC-32 of the row RESIDUE.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate, chain
from typing import Final

import msgspec

from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.schema import Schema
from tillstream.features.errors import FingerprintUnknown, RowBroken
from tillstream.features.tiles import Payload

FINGERPRINT_BYTES: Final = 8
CHECKSUM_BYTES: Final = 4
RESIDUE: Final = 0x2144DF1C
"""What CRC-32 gives of any bytes that are followed by their own checksum."""
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder().decode
_COUNTS: Final = msgspec.msgpack.Decoder(list[tuple[int, dict[str, int]]]).decode


@cache
def head_of(groups: int) -> struct.Struct:
    """The layout of what stands before so many sections."""
    edges = groups + 1
    return struct.Struct(f"<{FINGERPRINT_BYTES}s{edges}I{'4x' if edges % 2 else ''}")


def lines_of(group: Group) -> int:
    """How many lines its section has; 0 for MessagePack."""
    if group.is_text:
        return 0
    return 2 if group.kind == "distinct" else 1 + len(group.columns) if group.columns else 3 + len(group.fields)


def check_row(row: bytes, fingerprint: bytes) -> None:
    """Raises FingerprintUnknown for a row of another meaning or layout, RowBroken for one that was not packed so."""
    if row[:FINGERPRINT_BYTES] != fingerprint:
        raise FingerprintUnknown
    if len(row) % 8 or zlib.crc32(row) != RESIDUE:
        raise RowBroken


def sections_of(schema: Schema, entity: str, row: bytes | None) -> list[bytes]:
    """The section of each group; all empty without a row. Raises as check_row does."""
    places = schema.places[entity]
    if row is None:
        return [b""] * len(places)
    check_row(row, schema.fingerprints[entity])
    _, *edges = head_of(len(places)).unpack_from(row)
    return [row[edges[place] : edges[place + 1]] for place in places]


def pack(schema: Schema, entity: str, sections: Sequence[bytes]) -> bytes:
    """The row of these sections."""
    ordered = [b""] * len(sections)
    for place, section in zip(schema.places[entity], sections, strict=True):
        ordered[place] = section
    head = head_of(len(sections))
    edges = accumulate(map(len, ordered), initial=head.size)
    row = b"".join((head.pack(schema.fingerprints[entity], *edges), *ordered))
    row += bytes(-(len(row) + CHECKSUM_BYTES) % 8)
    return row + zlib.crc32(row).to_bytes(CHECKSUM_BYTES, "little")


def merge(group: Group, section: bytes, changed: Mapping[int, Payload]) -> bytes:
    """The section with these tiles in place of those of the same steps, without steps that no window reaches.

    What is kept depends on the steps alone, so any order of merges ends with the same bytes.
    """
    tiles = {**decode_tiles(group, section), **changed} if section else changed
    if len(tiles) > 1:
        tiles = {step: tiles[step] for step in kept_of(group, tiles)}
    return encode_tiles(group, tiles)


def kept_of(group: Group, steps: Iterable[int]) -> list[int]:
    """Those of the steps that can still matter, in order. A base tile takes the place of the steps it holds."""
    ordered = sorted(steps)
    if len(ordered) < 2:
        return ordered
    if group.keep == "ever":
        base = ordered[0]
        return [base, *(step for step in ordered if step >= -base)] if base < 0 else ordered
    oldest = ordered[-1] - group.kept_steps
    kept = [step for step in ordered if step >= oldest]
    return kept[-group.most_steps :] if group.most_steps else kept


def decode_tiles(group: Group, section: bytes) -> dict[int, Payload]:
    """Tiles by step."""
    if not section:
        return {}
    if group.kind == "counts":
        return dict(_COUNTS(section))
    if group.is_text:
        return dict(_DECODE(section))
    numbers = struct.unpack(f"<{len(section) // 8}q", section)
    tiles = len(numbers) // lines_of(group)
    lines = [numbers[start : start + tiles] for start in range(0, len(numbers), tiles)]
    if group.kind == "distinct":
        found: dict[int, Payload] = {}
        for step, hashed in zip(*lines, strict=True):
            found.setdefault(step, []).append(hashed)
        return found
    steps, *payloads = lines
    return dict(zip(steps, map(list, zip(*payloads, strict=True)), strict=True))


def encode_tiles(group: Group, tiles: Mapping[int, Payload]) -> bytes:
    """The section of tiles, which come in the order of their steps."""
    if group.is_text:
        return _ENCODE(list(tiles.items()))
    if group.kind == "distinct":
        steps = [step for step, hashes in tiles.items() for _ in hashes]
        numbers = [*steps, *chain.from_iterable(tiles.values())]
    elif len(tiles) == 1:
        ((step, payload),) = tiles.items()
        numbers = [step, *payload]
    else:
        numbers = [*tiles, *chain.from_iterable(zip(*tiles.values(), strict=True))]
    return struct.pack(f"<{len(numbers)}q", *numbers)
