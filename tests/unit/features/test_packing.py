import random

import pytest
from tests.unit.features.live_loop import SCHEMA

from tillstream.features.definitions.schema import Group
from tillstream.features.online.packing import decode_tiles, merge, pack, sections_of
from tillstream.features.online.position import NEVER, Position, decode_position
from tillstream.features.tiles import Payload

GROUPS = [group for groups in SCHEMA.groups.values() for group in groups]


def tile_of(group: Group, draw: random.Random) -> Payload:
    match group.kind:
        case "sums":
            return [draw.randrange(-9, 10**15) for _ in group.columns]
        case "last":
            return [draw.randrange(10**15), draw.randrange(10**9), *(draw.randrange(-9, 99) for _ in group.fields)]
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
        kept = {step: tile for step, tile in tiles.items() if step >= newest - group.kept_steps}
        assert decode_tiles(group, whole) == kept


def test_the_last_tile_of_a_step_wins() -> None:
    group = next(group for group in GROUPS if group.kind == "sums")
    first, second = [1] * len(group.columns), [2] * len(group.columns)
    assert decode_tiles(group, merge(group, merge(group, b"", {7: first}), {7: second})) == {7: second}


def test_a_row_of_another_fingerprint_is_as_if_it_were_not_there() -> None:
    groups = SCHEMA.groups["card"]
    section = merge(groups[0], b"", {7: [1] * len(groups[0].columns)})
    row = pack(b"another!", groups, [section] + [b""] * (len(groups) - 1))
    assert sections_of(row, SCHEMA.fingerprints["card"], groups) == [b""] * len(groups)
    assert sections_of(row, b"another!", groups)[0] == section


def test_a_position_is_ready_once_it_has_passed_what_it_waited_for() -> None:
    position = Position("log", "schema", {}, {0: 5, 1: 2})
    halfway = position.moved({0: 5})
    assert not halfway.is_ready
    assert halfway.moved({1: 2}).is_ready
    assert not Position("log", "schema", {}, {0: NEVER}).moved({0: 10**9}).is_ready
    assert decode_position(halfway.encode()) == halfway
    assert str(halfway.moved({1: 3})) == "log/0:5,1:3"
