"""What computes the tiles that batch sends: Polars in this process, or Spark."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tillstream.core.errors import MissingExtra
from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.features.offline.release import Compute


@contextmanager
def backfill_engine(settings: Settings, name: str) -> Iterator[Compute | None]:
    """The engine of that name for as long as the block runs; None is Polars, in this process."""
    if name != "spark":
        yield None
        return
    try:
        from tillstream.apps.wiring.spark_lake import spark_session
        from tillstream.features.offline.spark import frames_of_lake, owed_by_spark
    except ModuleNotFoundError as error:
        raise MissingExtra("backfill on Spark", "spark") from error
    with spark_session(settings, "backfill", replans=False) as session:
        yield partial(owed_by_spark, frames_of_lake(session, Lake(settings.lake_path)))
