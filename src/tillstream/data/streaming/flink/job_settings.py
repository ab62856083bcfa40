"""What a job is told: one JSON argument, so that Flink's environment needs no settings of its own."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

SESSIONS: Final = "session_aggregator"
PATTERNS: Final = "fraud_pattern_detector"
FEATURES: Final = "features"
JOBS: Final = (SESSIONS, PATTERNS)
PLAN: Final = 2
"""Of live features; grows when their job becomes one that cannot go on from the state of the one before."""


@dataclass(frozen=True, slots=True)
class JobSettings:
    """One job: which, where its cluster and its brokers are, and what time means to it."""

    job: str
    rest_host: str
    rest_port: int
    bootstrap: str
    parallelism: int
    checkpoints: str
    """Where its checkpoints go, as a URI; a folder of its own, so that the newest is the one to go on from."""
    checkpoint_seconds: float
    lateness_seconds: int
    idle_seconds: float
    gap_seconds: int = 1_800
    partial_seconds: float = 2.0
    run: str = ""
    """Names what begins at the oldest record; a job that is resumed keeps its first."""
    horizon_us: int = 0
    """Live features: steps that ended by then are left to batch, unread or not, if that is a long backlog."""
    released_us: int = 0
    """And those that ended by then another run released, or a move handed over; a job that is resumed knows its own."""
    leaves_backlog: bool = True
    """And those that ended longer ago than the lateness by the clock, when records come that were received then."""
    resume_from: str | None = None
    """A savepoint or a checkpoint, as a URI; None begins at the oldest record."""

    def to_json(self) -> str:
        """The argument."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "JobSettings":
        """What `to_json` wrote; raises msgspec.ValidationError."""
        return msgspec.json.decode(text, type=cls)


def options(settings: JobSettings) -> dict[str, str]:
    """The job's options of Flink."""
    given: dict[str, Any] = {
        "pipeline.name": f"tillstream-{settings.job}",
        "execution.target": "remote",
        "rest.address": settings.rest_host,
        "rest.port": settings.rest_port,
        "parallelism.default": settings.parallelism,
        "table.local-time-zone": "UTC",
        "execution.checkpointing.interval": f"{round(settings.checkpoint_seconds * 1000)} ms",
        "execution.checkpointing.dir": settings.checkpoints,
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        # The transactions of a checkpoint must not outlive the broker's 15 minutes: 10 for it and a restart.
        "execution.checkpointing.timeout": "2 min",
        "execution.checkpointing.tolerable-failed-checkpoints": 3,
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        # In the task's own process: five times as fast as a Python process beside it, and no memory of its own.
        "python.execution-mode": "thread",
        "python.fn-execution.bundle.time": 200,
    }
    if settings.resume_from:
        given["execution.state-recovery.path"] = settings.resume_from
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}
