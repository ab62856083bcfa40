"""What a stack says about itself, in a file that any shell can read."""

import json
import os
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Phase(StrEnum):
    """Where a service is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    SILENT = "silent"
    BACKING_OFF = "backing off"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service; `why` says what it lacks, or why it was last started anew."""

    name: str
    phase: Phase
    pid: int | None = None
    since: float = 0.0
    """Unix seconds of the last change of phase."""
    start_seconds: float | None = None
    """What the last start took until ready."""
    memory_bytes: int = 0
    peak_bytes: int = 0
    restarts: int = 0
    why: str = ""
    port: int | None = None
    url: str | None = None
    metrics_url: str | None = None


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job of the scheduler and how its last run went."""

    name: str
    command: str
    every_seconds: float
    next_at: float
    runs: int = 0
    failures: int = 0
    running: bool = False
    last_at: float | None = None
    last_seconds: float | None = None
    last_exit: int | None = None
    last_line: str = ""


@dataclass(frozen=True, slots=True)
class StackStatus:
    """All of a stack; `at` is when it was seen."""

    pid: int
    born: float
    started_at: float
    at: float
    stopping: bool = False
    services: tuple[ServiceStatus, ...] = ()
    jobs: tuple[JobStatus, ...] = field(default=())

    @property
    def ready(self) -> bool:
        """Whether every service is."""
        return bool(self.services) and all(service.phase is Phase.READY for service in self.services)

    @property
    def memory_bytes(self) -> int:
        """Resident memory of all services; shared pages count in each."""
        return sum(service.memory_bytes for service in self.services)

    @property
    def url(self) -> str | None:
        """Where the shop's page is."""
        return next((service.url for service in self.services if service.url), None)


def write_whole(path: Path, document: Any) -> None:
    """Writes JSON so that a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.{os.getpid()}")
    written.write_text(json.dumps(document))
    written.replace(path)


def write_status(path: Path, status: StackStatus) -> None:
    """Publishes what a supervisor saw; the jobs are the scheduler's to write."""
    write_whole(path, asdict(status))


def read_status(path: Path, jobs: Path) -> StackStatus | None:
    """What a stack said last, None where there never was one."""
    document = _read(path)
    if document is None:
        return None
    services = tuple(ServiceStatus(**{**row, "phase": Phase(row["phase"])}) for row in document.pop("services"))
    document["jobs"] = tuple(JobStatus(**row) for row in _read(jobs) or ())
    return StackStatus(**{**document, "services": services})


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
