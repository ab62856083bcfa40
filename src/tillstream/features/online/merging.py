"""Records of feature_updates.v1 into rows: pure, so that whoever replays the topic ends with the same bytes."""

from collections.abc import Iterable

from tillstream.adapters.log import Record
from tillstream.features.definitions import Schema
from tillstream.features.online.packing import merge, pack, sections_of
from tillstream.features.updates import KIND, Tiles, decode_tiles_record


def tiles_by_key(schema: Schema, records: Iterable[Record]) -> tuple[dict[str, Tiles], int]:
    """The last tile of each step, by key, and how many records are of definitions that are not in force."""
    found: dict[str, Tiles] = {}
    unknown = 0
    for _, _, _, _, key, value, headers in records:
        if KIND in headers:
            continue
        fingerprint, tiles = decode_tiles_record(value)
        if schema.fingerprints.get(key.partition(":")[0]) != fingerprint:
            unknown += 1
            continue
        if key not in found:
            found[key] = {}
        mine = found[key]
        for number, step, payload in tiles:
            if number in mine:
                mine[number][step] = payload
            else:
                mine[number] = {step: payload}
    return found, unknown


def merged_row(schema: Schema, entity: str, row: bytes | None, changed: Tiles) -> bytes:
    """The row with these tiles in it; raises FingerprintUnknown or RowBroken for one that cannot be read."""
    groups = schema.groups[entity]
    sections = sections_of(schema, entity, row)
    for number, tiles in changed.items():
        sections[number] = merge(groups[number], sections[number], tiles)
    return pack(schema, entity, sections)
