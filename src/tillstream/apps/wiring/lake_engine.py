"""What fills the lake, as `engines.lake` says: the embedded worker or Spark."""

from collections.abc import Iterator
from contextlib import contextmanager

from tillstream.core.errors import MissingExtra
from tillstream.core.settings import Settings
from tillstream.data.batch.gold import BuildDays
from tillstream.data.lake import Lake
from tillstream.data.streaming.totals import Totals


def run_lake(settings: Settings, *, until_caught_up: bool = False) -> Totals:
    """Takes the log to bronze and silver until a signal, or until nothing is left to read."""
    if settings.engines.lake == "spark":
        try:
            from tillstream.apps.wiring.spark_lake import run_spark_lake
        except ModuleNotFoundError as error:
            raise MissingExtra("the lake on Spark", "spark") from error
        return run_spark_lake(settings, until_caught_up=until_caught_up)
    from tillstream.apps.wiring.lake_worker import run_lake_worker

    return run_lake_worker(settings, until_caught_up=until_caught_up)


@contextmanager
def days_builder(settings: Settings) -> Iterator[BuildDays | None]:
    """What builds days of gold tables; None is DuckDB, in this process."""
    if settings.engines.lake != "spark":
        yield None
        return
    try:
        from tillstream.apps.wiring.spark_lake import spark_session
        from tillstream.data.batch.spark.gold import SparkDays
    except ModuleNotFoundError as error:
        raise MissingExtra("the lake on Spark", "spark") from error
    with spark_session(settings, "gold") as session:
        yield SparkDays(session, Lake(settings.lake_path))
