"""Who runs a named pipeline: the engine that the settings give the lake."""

import os
from collections.abc import Sequence
from pathlib import Path

from tillstream.apps.wiring.lake_engine import days_builder
from tillstream.core.settings import Settings
from tillstream.data.batch.gold import Built, build_gold
from tillstream.data.batch.pipelines import Pipeline, Runner, read_pipelines
from tillstream.data.lake import Lake
from tillstream.data.streaming.embedded.rebuilding import rebuild_silver


class LakeRunner:
    """Silver is built anew by DuckDB in this process; gold by whatever `engines.lake` says."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._lake = settings, Lake(settings.lake_path)

    def rebuild_silver(self, names: Sequence[str]) -> list[Built]:
        """One table after the other."""
        return [rebuild_silver(self._lake, name) for name in names]

    def build_gold(self, names: Sequence[str], *, full: bool) -> list[Built]:
        """One table after the other."""
        with days_builder(self._settings) as build_days:
            return build_gold(self._lake, names, full=full, build_days=build_days)


def pipelines_in_force() -> dict[str, Pipeline]:
    """Those that come with Tillstream and those of the folder that holds the settings' files."""
    return read_pipelines(Path(os.environ.get("TILLSTREAM_CONFIG", "config")))


def pipeline_runner(settings: Settings) -> Runner:
    """The engine in force."""
    return LakeRunner(settings)
