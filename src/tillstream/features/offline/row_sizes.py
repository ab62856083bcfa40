"""How large the store's rows will be: those of a sample of entities, made from silver as batch would make them."""

import random
from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from tillstream.features.definitions import Schema
from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.language import Source
from tillstream.features.engines.polars.tiles import tiles_of, with_steps
from tillstream.features.offline.silver import Lake, begin_of, events_by_source, silver_of
from tillstream.features.online.footprint import Rows
from tillstream.features.online.merging import merged_row
from tillstream.features.updates import Tiles

_SEED: Final = 7
_EVER: Final = -(2**40)
"""The step of a base tile that holds all the others."""


def rows_expected(lake: Lake, schema: Schema, at_us: int, *, sample: int = 300) -> dict[str, Rows]:
    """Each entity kind that has events in reach of a window asked at `at_us`: how many, and their rows on average.

    The mean is that of `sample` entities, drawn evenly; kinds without events are left out.
    """
    groups = [group for of in schema.groups.values() for group in of]
    events = events_by_source(groups, silver_of(lake, groups, begin_of(groups, at_us)))
    found = {}
    for entity, of in schema.groups.items():
        ids = _ids(of, events)
        if ids:
            drawn = random.Random(_SEED).sample(ids, min(sample, len(ids)))  # noqa: S311 - a sample, not a secret
            sizes = _row_sizes(schema, entity, events, drawn)
            found[entity] = Rows(len(ids), sum(sizes) / len(drawn), sum(map(len, drawn)) / len(drawn))
    return found


def _ids(groups: Iterable[Group], events: Mapping[Source, pl.DataFrame]) -> list[str]:
    keys = pl.concat([with_steps(group, events[group.source]).select("key") for group in groups])
    return sorted(keys.unique().to_series().to_list())


def _row_sizes(schema: Schema, entity: str, events: Mapping[Source, pl.DataFrame], ids: list[str]) -> list[int]:
    tiles: dict[str, Tiles] = {one: {} for one in ids}
    for number, group in enumerate(schema.groups[entity]):
        mine = with_steps(group, events[group.source].filter(pl.col("key").is_in(ids)))
        if group.keep == "ever":
            mine = mine.with_columns(step=pl.lit(_EVER))
        for key, step, payload in tiles_of(group, mine):
            tiles[key].setdefault(number, {})[step] = payload
    return [len(merged_row(schema, entity, None, of)) for of in tiles.values()]
