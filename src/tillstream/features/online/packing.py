"""An entity's row: a fingerprint, where each group's section begins and the last one ends, then the sections.

Sections of whole numbers are little-endian int64 rows, so that readers take them in as arrays: sums and extremes
(step, columns…), last and first (step, at, place, fields…), distinct (step, hash). Sections with text are MessagePack.
"""

import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Final

import msgspec

from tillstream.features.definitions.groups import Group
from tillstream.features.tiles import Payload

FINGERPRINT_BYTES: Final = 8
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder().decode
_COUNTS: Final = msgspec.msgpack.Decoder(list[tuple[int, dict[str, int]]]).decode


@cache
def head_of(groups: int) -> struct.Struct:
    """The layout of what stands before the sections."""
    return struct.Struct(f"<{FINGERPRINT_BYTES}s{groups + 1}I")


def row_width(group: Group) -> int:
    """How many int64 one row of its section has; 0 for MessagePack."""
    if group.is_text:
        return 0
    return 2 if group.kind == "distinct" else 1 + len(group.columns) if group.columns else 3 + len(group.fields)


def sections_of(
    row: bytes | None, fingerprint: bytes, groups: Sequence[Group], numbers: Iterable[int] | None = None
) -> list[bytes]:
    """The section of each group, or of those with these numbers; all empty without a row or with another meaning's."""
    wanted = range(len(groups)) if numbers is None else numbers
    if row is None or row[:FINGERPRINT_BYTES] != fingerprint:
        return [b"" for _ in wanted]
    edges = head_of(len(groups)).unpack_from(row)
    return [row[edges[number + 1] : edges[number + 2]] for number in wanted]


def pack(fingerprint: bytes, groups: Sequence[Group], sections: Sequence[bytes]) -> bytes:
    """The row of these sections."""
    head = head_of(len(groups))
    return head.pack(fingerprint, *accumulate(map(len, sections), initial=head.size)) + b"".join(sections)


def merge(group: Group, section: bytes, changed: Mapping[int, Payload]) -> bytes:
    """The section with these tiles in place of those of the same steps, without steps that no window reaches.

    What is kept depends on the steps alone, so any order of merges ends with the same bytes.
    """
    tiles = decode_tiles(group, section)
    tiles.update(changed)
    return encode_tiles(group, {step: tiles[step] for step in kept_of(group, tiles)})


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
    numbers = array("q")
    numbers.frombytes(section)
    width = row_width(group)
    rows = numbers.tolist()
    if group.kind == "distinct":
        found: dict[int, Payload] = {}
        for step, hashed in zip(rows[::2], rows[1::2], strict=True):
            found.setdefault(step, []).append(hashed)
        return found
    return {rows[start]: rows[start + 1 : start + width] for start in range(0, len(rows), width)}


def encode_tiles(group: Group, tiles: Mapping[int, Payload]) -> bytes:
    """The section of tiles, which come in the order of their steps."""
    if group.is_text:
        return _ENCODE(list(tiles.items()))
    numbers: list[int] = []
    for step, payload in tiles.items():
        if group.kind == "distinct":
            for hashed in payload:
                numbers += (step, hashed)
        else:
            numbers.append(step)
            numbers += payload
    return array("q", numbers).tobytes()
