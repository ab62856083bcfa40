import random
from dataclasses import replace

import pytest
from tests.unit.features.live_loop import SCHEMA

from tillstream.features.definitions import Schema
from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.language import EXACT_INSTANTS, EXACT_US
from tillstream.features.errors import FingerprintUnknown, RowBroken
from tillstream.features.online.packed import PackedRows
from tillstream.features.online.packing import decode_tiles, merge, pack, sections_of
from tillstream.features.online.position import NEVER, Position, decode_position
from tillstream.features.online.single import SingleRow
from tillstream.features.tiles import Payload

GROUPS = [group for groups in SCHEMA.groups.values() for group in groups]


def tile_of(group: Group, draw: random.Random) -> Payload:
    match group.kind:
        case "sums" | "extremes":
            return [draw.randrange(-9, 10**15) for _ in group.columns]
        case "last" | "first":
            values = ("word" if group.is_text else draw.randrange(-9, 99) for _ in group.fields)
            return [draw.randrange(10**15), draw.randrange(10**9), *values]
        case "distinct":
            return sorted({draw.randrange(2**63) for _ in range(draw.randrange(1, 9))})
        case "counts":
            return {f"c{n}": draw.randrange(1, 99) for n in range(draw.randrange(1, 5))}
    return [[draw.randrange(10**15), draw.randrange(10**9), f"p{n}"] for n in range(draw.randrange(1, 5))]


@pytest.mark.parametrize("seed", range(5))
def test_merging_in_any_order_and_portions_ends_with_the_same_bytes(seed: int) -> None:
    draw = random.Random(seed)
    for group in GROUPS:
        tiles = {draw.randrange(1000, 1000 + 2 * group.kept_steps + 2): tile_of(group, draw) for _ in range(30)}
        whole = merge(group, b"", tiles)
        steps = list(tiles)
        draw.shuffle(steps)
        section = b""
        for step in steps:
            section = merge(group, section, {step: tiles[step]})
        assert section == whole
        newest = max(tiles)
        kept = {step: tile for step, tile in tiles.items() if group.keep == "ever" or step >= newest - group.kept_steps}
        assert decode_tiles(group, whole) == kept


def test_a_base_tile_takes_the_place_of_the_steps_it_holds_whenever_it_comes() -> None:
    group = next(group for group in GROUPS if group.keep == "ever" and group.kind == "sums")
    tiles = {step: [step] * len(group.columns) for step in (7, 8, 9, 10)}
    bases = {-9: [900] * len(group.columns), -8: [800] * len(group.columns)}
    expected = {-9: bases[-9], 9: tiles[9], 10: tiles[10]}
    for order in ([*tiles, *bases], [*bases, *tiles], [-8, 7, 9, -9, 10, 8]):
        section = b""
        for step in order:
            section = merge(group, section, {step: {**tiles, **bases}[step]})
        assert decode_tiles(group, section) == expected


def test_an_exact_tail_keeps_its_newest_instants() -> None:
    group = replace(next(group for group in GROUPS if group.kind == "last"), step_us=EXACT_US, keep="window", fields=())
    group = replace(group, span_us=10**9)
    section = b""
    for step in range(EXACT_INSTANTS + 50, 0, -1):
        section = merge(group, section, {step: [step, 0]})
    assert list(decode_tiles(group, section)) == list(range(51, EXACT_INSTANTS + 51))


def test_the_last_tile_of_a_step_wins() -> None:
    group = next(group for group in GROUPS if group.kind == "sums")
    first, second = [1] * len(group.columns), [2] * len(group.columns)
    assert decode_tiles(group, merge(group, merge(group, b"", {7: first}), {7: second})) == {7: second}


OTHER = replace(SCHEMA, fingerprints={**SCHEMA.fingerprints, "card": b"another!"})


def card_row(schema: Schema) -> bytes:
    groups = schema.groups["card"]
    sections = [merge(group, b"", {7: tile_of(group, random.Random(number))}) for number, group in enumerate(groups)]
    row = pack(schema, "card", sections)
    assert list(map(list, sections_of(schema, "card", row))) == list(map(list, sections))
    assert len(row) % 8 == 0
    return row


def test_a_row_of_another_fingerprint_is_refused_by_writer_and_reader() -> None:
    other, own = card_row(OTHER), card_row(SCHEMA)
    with pytest.raises(FingerprintUnknown):
        sections_of(SCHEMA, "card", other)
    for rows in ([other], [own, None, other], [b"another!" + own[8:]], [b"x"], [b""], [own, b""]):
        with pytest.raises(FingerprintUnknown):
            PackedRows(SCHEMA, "card", rows)
        with pytest.raises(FingerprintUnknown):
            SingleRow(SCHEMA, "card", rows[-1])


def test_a_row_with_any_byte_changed_or_cut_off_is_refused() -> None:
    row = card_row(SCHEMA)
    damaged = [row[:-8], row[:40], row + bytes(8)]
    damaged += [row[:at] + bytes([row[at] ^ 1 << at % 8]) + row[at + 1 :] for at in range(8, len(row), 7)]
    for one in damaged:
        with pytest.raises(RowBroken):
            PackedRows(SCHEMA, "card", [row, one])
        with pytest.raises(RowBroken):
            SingleRow(SCHEMA, "card", one)
        with pytest.raises(RowBroken):
            sections_of(SCHEMA, "card", one)


def test_a_position_is_ready_once_it_has_passed_what_it_waited_for() -> None:
    position = Position("log", "schema", {}, {0: 5, 1: 2})
    halfway = position.moved({0: 5})
    assert not halfway.is_ready
    assert halfway.moved({1: 2}).is_ready
    assert not Position("log", "schema", {}, {0: NEVER}).moved({0: 10**9}).is_ready
    assert decode_position(halfway.encode()) == halfway
    assert str(halfway.moved({1: 3})) == "log/0:5,1:3"
