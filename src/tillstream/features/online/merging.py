"""Records of feature_updates.v1 into rows: pure, so that whoever replays the topic ends with the same bytes."""

from collections import defaultdict
from collections.abc import Iterable

from tillstream.adapters.log import Record
from tillstream.features.definitions import Schema
from tillstream.features.online.packing import merge, pack, sections_of
from tillstream.features.tiles import Payload
from tillstream.features.updates import KIND, Tiles, decode_tiles_record


def tiles_by_key(schema: Schema, records: Iterable[Record]) -> tuple[dict[str, Tiles], int, set[str]]:
    """The last tile of each step, by key; how many records are of definitions not in force; the kinds of the marks."""
    found: dict[str, tuple[bytes | None, defaultdict[int, dict[int, Payload]]]] = {}
    unknown = 0
    marks: set[str] = set()
    for _, _, _, _, key, value, headers in records:
        if KIND in headers:
            marks.add(headers[KIND])
            continue
        fingerprint, tiles = decode_tiles_record(value)
        if key in found:
            wanted, mine = found[key]
        else:
            wanted, mine = found[key] = schema.fingerprints.get(key.partition(":")[0]), defaultdict(dict)
        if wanted != fingerprint:
            unknown += 1
            continue
        for number, step, payload in tiles:
            mine[number][step] = payload
    return {key: mine for key, (_, mine) in found.items() if mine}, unknown, marks


def merged_row(schema: Schema, entity: str, row: bytes | None, changed: Tiles) -> bytes:
    """The row with these tiles in it; raises FingerprintUnknown or RowBroken for one that cannot be read."""
    groups = schema.groups[entity]
    sections = sections_of(schema, entity, row)
    for number, tiles in changed.items():
        sections[number] = merge(groups[number], sections[number], tiles)
    return pack(schema, entity, sections)
