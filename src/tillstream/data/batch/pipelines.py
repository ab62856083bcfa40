"""Batch jobs by name: which tables each builds; who builds them is the engine's matter."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Protocol

import msgspec

from tillstream.core.errors import NotFound, SettingsError
from tillstream.data.batch.gold import Built
from tillstream.data.lake import table_names


class Runner(Protocol):
    """An engine that builds tables; each call is done, and durable, when it returns."""

    def rebuild_silver(self, names: Sequence[str]) -> list[Built]:
        """Builds the tables anew from bronze, as far as they had covered it."""

    def build_gold(self, names: Sequence[str], *, full: bool) -> list[Built]:
        """Brings the tables up to silver."""


class Pipeline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job's sentence and its tables; a table may be a pattern such as `gold.*`."""

    does: str
    silver: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    full: bool = False


def read_pipelines(config: Path | None = None) -> dict[str, Pipeline]:
    """The jobs that come with Tillstream and those of `pipelines.toml` in the folder; raises SettingsError."""
    shipped = (resources.files("tillstream.data.batch") / "pipelines.toml").read_bytes()
    found = _decode(shipped, "the pipelines that come with Tillstream")
    own = config / "pipelines.toml" if config else None
    if own is not None and own.exists():
        found |= _decode(own.read_bytes(), str(own))
    return found


def pipeline_named(pipelines: Mapping[str, Pipeline], name: str) -> Pipeline:
    """The job; raises NotFound with the names there are."""
    if name not in pipelines:
        raise NotFound(f"no pipeline {name}; there are {', '.join(sorted(pipelines))}")
    return pipelines[name]


def run_pipeline(runner: Runner, pipeline: Pipeline) -> list[Built]:
    """Silver first, then gold. Each table is whole at any time; a run that broke off is run again."""
    built = list(runner.rebuild_silver(_tables(pipeline.silver))) if pipeline.silver else []
    if pipeline.gold:
        built += runner.build_gold(_tables(pipeline.gold), full=pipeline.full)
    return built


def _tables(patterns: Sequence[str]) -> list[str]:
    return [name for name in table_names() if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _decode(text: bytes, where: str) -> dict[str, Pipeline]:
    try:
        found = msgspec.toml.decode(text, type=dict[str, Pipeline])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"{where}: {error}; see docs/howto/run-a-pipeline.md") from error
    for name, pipeline in found.items():
        for layer in ("silver", "gold"):
            for pattern in getattr(pipeline, layer):
                if not pattern.startswith(f"{layer}.") or not _tables([pattern]):
                    raise SettingsError(f"{where}: {name}: `{layer}` has {pattern}, which names no {layer} table")
    return found
