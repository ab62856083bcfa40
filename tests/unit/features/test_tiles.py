import random
from dataclasses import replace

import polars as pl
import pytest
from tests.unit.features.small_log import Received, SilverTables, once_each, small_log

from tillstream.features.definitions import default_schema
from tillstream.features.definitions.groups import Group
from tillstream.features.engines.polars.tiles import tiles_of, with_steps
from tillstream.features.offline.silver import events_by_source, silver_of
from tillstream.features.readers import elements_of, key_of
from tillstream.features.tiles import add_of

GROUPS = [group for groups in default_schema().groups.values() for group in groups]


def folded(group: Group, log: list[Received]) -> dict[tuple[str, int], object]:
    read_key, elements = key_of(group.source), elements_of(group.source)
    tiles: dict[tuple[str, int], object] = {}
    for one in log:
        if one.topic != group.source.topic or getattr(one.event, "user_agent", None):
            continue  # the log's only user agent is a crawler's
        add = add_of(group, getattr(one.event, "kind", None))
        if add is None:
            continue
        for element in elements(one.event) if elements else [one.event]:
            key = read_key(one.at_us, one.event, element)
            where = (key, one.at_us // group.step_us)
            if key is not None and (tile := add(tiles.get(where), one.at_us, one.place, one.event, element)):
                tiles[where] = tile
    return tiles


@pytest.mark.parametrize("seed", range(3))
def test_tiles_folded_event_by_event_in_any_order_equal_those_computed_from_silver(seed: int) -> None:
    log = small_log(seed, 500)
    events = events_by_source(GROUPS, silver_of(SilverTables(log), GROUPS, dict.fromkeys(default_schema().topics, 0)))
    shuffled = once_each(log)
    random.Random(seed).shuffle(shuffled)
    for group in GROUPS:
        computed = {(k, s): tile for k, s, tile in tiles_of(group, with_steps(group, events[group.source]))}
        assert folded(group, shuffled) == computed, group.name


@pytest.mark.parametrize("kind", ["distinct", "counts", "recent"])
def test_what_stays_at_a_limit_does_not_depend_on_the_order(kind: str) -> None:
    group = replace(next(g for g in GROUPS if g.kind == kind and g.source.topic == "clicks.v1"), limit=2)
    group = replace(group, fields=("product_id",))
    log = [one for one in once_each(small_log(5, 600)) if one.topic == "clicks.v1"]
    first = folded(group, log)
    for seed in range(5):
        random.Random(seed).shuffle(log)
        assert folded(group, log) == first
    assert max(len(tile) for tile in first.values()) == 2
    silver = silver_of(SilverTables(log), [group], {"clicks.v1": 0})
    events = with_steps(group, events_by_source([group], silver)[group.source])
    assert isinstance(events, pl.DataFrame)
    assert {(k, s): tile for k, s, tile in tiles_of(group, events)} == first
