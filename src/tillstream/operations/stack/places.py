"""Where the stack keeps what it knows about itself."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Files under the home of one stack."""

    home: Path

    @property
    def lock(self) -> Path:
        """Held by the supervisor that runs."""
        return self.home / "stack" / "lock"

    @property
    def status(self) -> Path:
        """What the supervisor saw last."""
        return self.home / "stack" / "status.json"

    @property
    def jobs(self) -> Path:
        """What the scheduler saw last."""
        return self.home / "stack" / "jobs.json"

    @property
    def job_lock(self) -> Path:
        """Held by the job that runs, so that there is one at a time."""
        return self.home / "stack" / "job.lock"

    def log(self, name: str) -> Path:
        """The output of a service, or of a job as `job-<name>`."""
        return self.home / "logs" / f"{name}.log"

    def pid(self, service: str) -> Path:
        """The pid and birth of a service's process."""
        return self.home / "stack" / "pids" / f"{service}.pid"
