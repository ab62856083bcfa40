"""The online store's memory: what its rows will need, by the lake or by numbers given, and what they take now."""

import random
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from tillstream.adapters.store import WritingStore
from tillstream.core.errors import StoreUnavailable
from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.features.definitions import Schema, default_schema
from tillstream.features.offline.row_sizes import rows_expected
from tillstream.features.online.footprint import Footprint, Rows, footprint
from tillstream.features.online.position import POSITION, PREFIX

_SAMPLE: Final = 500
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Held:
    """What a running server holds: rows by entity kind, what each takes on average, and all it holds and may hold."""

    rows: Mapping[str, int]
    row_bytes: Mapping[str, float]
    used_bytes: int
    most_bytes: int


def needed(settings: Settings, given: Mapping[str, int], schema: Schema | None = None) -> Footprint:
    """What the store will need: entities and rows as the lake has them, `given` numbers of entities in their place."""
    schema = schema or default_schema()
    rows = rows_expected(Lake(settings.lake_path), schema, time.time_ns() // 1000)
    for entity, number in given.items():
        rows[entity] = replace(rows.get(entity, Rows(0)), entities=number)
    return footprint(schema, rows, settings.store.max_memory_bytes)


def held(settings: Settings) -> Held | None:
    """What the server at the settings' address holds, each row's size by a sample; None where none answers."""
    with closing(WritingStore(settings.store)) as store:
        try:
            keys = [key for key in store.keys(PREFIX) if key != POSITION]
            drawn = random.Random(_SEED).sample(keys, min(_SAMPLE * 8, len(keys)))  # noqa: S311 - a sample, not a secret
            sizes = store.key_bytes(drawn)
            used, most = store.memory_bytes()
        except StoreUnavailable:
            return None
    asked, total = Counter(map(_entity, drawn)), Counter[str]()
    for key, size in zip(drawn, sizes, strict=True):
        total[_entity(key)] += size
    return Held(Counter(map(_entity, keys)), {one: total[one] / asked[one] for one in asked}, used, most)


def _entity(key: str) -> str:
    return key.removeprefix(PREFIX).partition(":")[0]
