"""A spine from a file: whom to ask about and when, with whatever else its rows say, labels above all."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import polars as pl

from tillstream.features.definitions import FEATURES, Feature, with_parts
from tillstream.features.definitions.aggregations import Given
from tillstream.features.errors import FeatureError

AT: Final = "at"
_UTC: Final = pl.Datetime("us", "UTC")


def read_spine(path: Path) -> pl.DataFrame:
    """The rows of a Parquet or CSV file in their order, `at` as UTC microseconds, ids as text.

    A time without an offset is UTC. Raises FeatureError for a file that is no such table, without `at`, or with a row
    whose `at` is no time; it names the first one.
    """
    if path.suffix not in (".parquet", ".csv"):
        raise FeatureError(f"{path}: a spine is a .parquet or a .csv file")
    try:
        found = pl.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FeatureError(f"{path} cannot be read: {error}") from error
    if AT not in found.columns:
        raise FeatureError(f"{path} has no column `at`; it has {', '.join(found.columns)}")
    times = _times(found[AT])
    if times.null_count():
        row = times.is_null().arg_true()[0]
        raise FeatureError(f"{path}: `at` of row {row + 1} is no time: {found[AT][row]!r}; as in 2026-03-02T10:00:00Z")
    ids = [pl.col(name).cast(pl.String) for name in found.columns if name.endswith("_id")]
    return found.with_columns(times, *ids)


def answerable(columns: Collection[str]) -> tuple[Feature, ...]:
    """The features whose entities and given fields a spine with these columns has, but for those it has itself.

    Raises FeatureError where it has the ids of no entity: what only needs a time would be no training set.
    """
    known = {f"{feature.entity}_id": None for feature in FEATURES.values() if feature.is_tiled}
    if known.keys().isdisjoint(columns):
        raise FeatureError(f"the spine has none of {', '.join(known)}; it has {', '.join(columns)}")
    return tuple(
        feature for name, feature in FEATURES.items() if name not in columns and _needs(feature).issubset(columns)
    )


def _needs(feature: Feature) -> set[str]:
    parts = with_parts([feature]).values()
    ids = {f"{part.entity}_id" for part in parts if part.is_tiled}
    return ids | {part.aggregation.of for part in parts if isinstance(part.aggregation, Given)}


def _read_csv(path: Path) -> pl.DataFrame:
    # Ids such as 007 stay as they are written; other columns are guessed from the whole file.
    header = pl.read_csv(path, n_rows=0).columns
    texts = {name: pl.String for name in header if name == AT or name.endswith("_id")}
    return pl.read_csv(path, schema_overrides=texts, infer_schema_length=None)


def _times(at: pl.Series) -> pl.Series:
    if isinstance(at.dtype, pl.Datetime):
        return at.dt.replace_time_zone("UTC").cast(_UTC) if at.dtype.time_zone is None else at.cast(_UTC)
    text = at.cast(pl.String).str.strip_chars()
    has_offset = text.str.contains(r"(?i)(z|[+-]\d\d:?\d\d)$")
    whole = pl.select(pl.when(has_offset).then(text).otherwise(text + "Z")).to_series()
    return whole.str.replace(" ", "T").str.to_datetime(time_unit="us", time_zone="UTC", strict=False).alias(AT)
