"""Values of every entity as Delta tables, from this home's lake."""

import time
from collections.abc import Iterator
from pathlib import Path

from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.data.lake.values import replace_values
from tillstream.features.definitions import FEATURES, Feature
from tillstream.features.definitions.aggregations import Asked
from tillstream.features.engines.feast.repo import values_path
from tillstream.features.offline.export import values_at

_DAY_US = 86_400 * 10**6


def export_values(settings: Settings, *, days: int) -> Iterator[tuple[Path, int]]:
    """The folder and the rows of each table as it is written: values now, and at each of the days before."""
    now_us = time.time_ns() // 1000
    instants_us = [now_us - day * _DAY_US for day in range(days)]
    by_entity: dict[str, list[Feature]] = {}
    for feature in FEATURES.values():
        if not isinstance(feature.aggregation, Asked):
            by_entity.setdefault(feature.entity, []).append(feature)
    for entity, features in by_entity.items():
        rows = values_at(Lake(settings.lake_path), features, instants_us)
        replace_values(values_path(settings) / entity, rows)
        yield values_path(settings) / entity, rows.num_rows
