"""Who runs a named pipeline: the engine that the settings give the lake."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tillstream.core.errors import MissingExtra
from tillstream.core.settings import Settings
from tillstream.data.batch.gold import BuildDays, Built, build_gold
from tillstream.data.batch.pipelines import Pipeline, Runner, read_pipelines
from tillstream.data.lake import Lake


class LakeRunner:
    """Builds one table after the other; `build_days` of None is DuckDB, in this process."""

    def __init__(self, lake: Lake, rebuild: Callable[[str], Built], build_days: BuildDays | None) -> None:
        self._lake, self._rebuild, self._build_days = lake, rebuild, build_days

    def rebuild_silver(self, names: Sequence[str]) -> list[Built]:
        """See Runner."""
        return [self._rebuild(name) for name in names]

    def build_gold(self, names: Sequence[str], *, full: bool) -> list[Built]:
        """See Runner."""
        return build_gold(self._lake, names, full=full, build_days=self._build_days)


def pipelines_in_force() -> dict[str, Pipeline]:
    """Those that come with Tillstream and those of the folder that holds the settings' files."""
    return read_pipelines(Path(os.environ.get("TILLSTREAM_CONFIG", "config")))


@contextmanager
def pipeline_runner(settings: Settings) -> Iterator[Runner]:
    """The engine in force, for as long as the block runs."""
    lake = Lake(settings.lake_path)
    if settings.engines.lake != "spark":
        from tillstream.data.streaming.embedded.rebuilding import rebuild_silver

        yield LakeRunner(lake, partial(rebuild_silver, lake), None)
        return
    try:
        from tillstream.apps.wiring.spark_lake import spark_session
        from tillstream.data.batch.spark.gold import SparkDays
        from tillstream.data.streaming.spark.rebuilding import rebuild_silver as rebuild_by_spark
    except ModuleNotFoundError as error:
        raise MissingExtra("the lake on Spark", "spark") from error
    with spark_session(settings, "pipeline") as session:
        yield LakeRunner(lake, partial(rebuild_by_spark, session, lake), SparkDays(session, lake))
