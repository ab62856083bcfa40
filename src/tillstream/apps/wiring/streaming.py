"""The streaming jobs on the engine that the settings name: one function a verb."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, Protocol, cast

from tillstream.core.errors import NotFound
from tillstream.core.settings import Settings

SESSIONS: Final = "session_aggregator"
PATTERNS: Final = "fraud_pattern_detector"
FEATURES: Final = "features"
JOBS: Final = (SESSIONS, PATTERNS)
"""On either engine; live features are one more where Flink keeps them."""
_ALSO: Final = MappingProxyType({"sessions": SESSIONS, "patterns": PATTERNS})


@dataclass(frozen=True, slots=True)
class JobReport:
    """What is known of a job; `facts` are the engine's own."""

    name: str
    engine: str
    state: str
    """`running`, `stopped`, or the engine's word."""
    watermark: str | None = None
    """How far event time has come, ISO 8601."""
    lag: int | None = None
    """Records between what it committed and the log's end."""
    facts: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Engine(Protocol):
    """What each engine's module has."""

    def run_jobs(
        self, settings: Settings, names: Sequence[str], *, savepoint: str | None, until_caught_up: bool
    ) -> list[JobReport]:
        """Runs jobs in the foreground until told to stop; `savepoint` is for a single one to begin from."""

    def list_jobs(self, settings: Settings) -> list[JobReport]:
        """Every job, running or not."""

    def stop_job(self, settings: Settings, name: str) -> str:
        """Stops a running job; gives the savepoint that it stopped with. Raises NotFound."""

    def savepoint_job(self, settings: Settings, name: str) -> str:
        """Where the job's state now lies, as of one moment; the job works on. Raises NotFound."""


def engine_of(settings: Settings) -> Engine:
    """The module of the engine in force, imported when it is asked for."""
    name = "flink_jobs" if settings.engines.streaming == "flink" else "embedded_jobs"
    return cast("Engine", import_module(f"tillstream.apps.wiring.{name}"))


def jobs_of(settings: Settings) -> tuple[str, ...]:
    """The jobs that there are on the engines in force."""
    return (*JOBS, FEATURES) if settings.engines.live_features == "flink" else JOBS


def job_named(settings: Settings, name: str) -> str:
    """The job's full name, by it or by `sessions`, `patterns`; raises NotFound."""
    found = _ALSO.get(name, name)
    if found not in jobs_of(settings):
        raise NotFound(f"no streaming job {name!r}; there are {', '.join(jobs_of(settings))}")
    return found
