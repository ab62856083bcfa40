"""Values of every entity from this home's lake: as Delta tables, and as plots."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.data.lake.values import replace_values
from tillstream.features.definitions import FEATURES, Feature
from tillstream.features.definitions.aggregations import Asked
from tillstream.features.engines.feast.repo import values_path
from tillstream.features.offline.export import values_at
from tillstream.features.value_kinds import value_kind

_DAY_US = 86_400 * 10**6


def export_values(settings: Settings, *, days: int) -> Iterator[tuple[Path, int]]:
    """The folder and the rows of each table as it is written: values now, and at each of the days before."""
    now_us = time.time_ns() // 1000
    instants_us = [now_us - day * _DAY_US for day in range(days)]
    for entity, features in _by_entity(FEATURES.values()).items():
        rows = values_at(Lake(settings.lake_path), features, instants_us)
        replace_values(values_path(settings) / entity, rows)
        yield values_path(settings) / entity, rows.num_rows


def plot_values(settings: Settings, features: Iterable[Feature], folder: Path) -> Iterator[str]:
    """Draws how each one's values lie among its entities, as of now; the names of those that have any, as drawn.

    What only a request gives has no values of its own, and a map of counts no axis: neither is drawn.
    """
    from tillstream.features.distributions import distribution

    folder.mkdir(parents=True, exist_ok=True)
    for mine in _by_entity(features).values():
        rows = values_at(Lake(settings.lake_path), mine, [time.time_ns() // 1000])
        for feature in mine:
            if rows.num_rows and feature.name in rows.column_names:
                values = pl.Series(feature.name, rows[feature.name])
                distribution(feature, values).savefig(folder / f"{feature.name}.png", dpi=110)
                yield feature.name


def _by_entity(features: Iterable[Feature]) -> dict[str, list[Feature]]:
    found: dict[str, list[Feature]] = {}
    for feature in features:
        if not isinstance(feature.aggregation, Asked) and value_kind(feature) != "counts":
            found.setdefault(feature.entity, []).append(feature)
    return found
