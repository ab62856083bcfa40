"""A broker, a cluster and the watcher of the jobs as processes, each of which a test may kill."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

from tests.brokers import RunningBrokers, free_ports, one_broker
from tests.integration.flink.busy_days import FIRST_DAY

from tillstream.adapters.flink import FlinkRest, FlinkUnavailable
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.core.errors import TillstreamError
from tillstream.core.settings import Settings
from tillstream.operations.stack.processes import launch
from tillstream.operations.stack.services import flink_cluster

PATIENCE_SECONDS = 480.0
NEVER_RELEASED_SECONDS = ((datetime.now(UTC) - FIRST_DAY).days + 30) * 86_400
"""A lateness of features that is longer than the log: no tile depends on what came when."""


class RunningFlink:
    """What runs, by name; started again under the same name after it was killed."""

    def __init__(self, settings: Settings, brokers: RunningBrokers) -> None:
        self.settings, self.brokers = settings, brokers
        # Room beside the jobs for one more of two subtasks.
        self.cluster = replace(flink_cluster(settings), settings=settings.flink.model_copy(update={"parallelism": 2}))
        self.cluster.write_files()
        self.log = KafkaLog(settings.kafka, settings.log)
        self.rest = FlinkRest(settings.flink.host, settings.flink.rest_port)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Starts `jobmanager`, `taskmanager` or `watcher`."""
        command = {
            "jobmanager": self.cluster.job_manager_command,
            "taskmanager": self.cluster.task_manager_command,
            "watcher": lambda: ("tillstream", "streaming", "run"),
        }[name]()
        output = self.cluster.folder / f"{name}.log"
        with output.open("ab") as file:
            self._processes[name] = launch(command, file, environment(self.settings))

    def kill(self, name: str) -> None:
        """kill -9, and waits until it is gone."""
        self._processes[name].kill()
        self._processes[name].wait()

    def end(self, name: str) -> None:
        """SIGTERM, and waits."""
        self._processes[name].send_signal(signal.SIGTERM)
        assert self._processes[name].wait(PATIENCE_SECONDS) == 0, self.words(name)

    def close(self) -> None:
        """Ends what is left."""
        self.log.close()
        for process in self._processes.values():
            process.kill()
            process.wait()

    def words(self, name: str) -> str:
        """The end of what a process wrote."""
        return (self.cluster.folder / f"{name}.log").read_text(errors="replace")[-3_000:]

    def states(self) -> dict[str, str]:
        """The jobs that are not over, by name."""
        try:
            return {job.name: job.state for job in self.rest.jobs() if not job.is_over}
        except FlinkUnavailable:
            return {}

    def job_ids(self) -> set[str]:
        """The jobs that run now."""
        return {job.job_id for job in self.rest.jobs() if job.state == "RUNNING"}


def environment(settings: Settings) -> dict[str, str]:
    """The settings as variables, for processes of their own."""
    return {
        "TILLSTREAM_HOME": str(settings.home),
        "TILLSTREAM_ENGINES": settings.engines.model_dump_json(),
        "TILLSTREAM_KAFKA": settings.kafka.model_dump_json(),
        "TILLSTREAM_FLINK": settings.flink.model_dump_json(),
        "TILLSTREAM_FEATURES": settings.features.model_dump_json(),
        "TILLSTREAM_STREAMING": settings.streaming.model_dump_json(),
        "TILLSTREAM_STACK": json.dumps(
            {
                "jars_path": str(settings.stack.jars_path),
                "flink_environment_path": str(settings.stack.flink_environment_path),
            }
        ),
    }


def wait_until(holds: Callable[[], bool], what: str, running: RunningFlink, seconds: float = PATIENCE_SECONDS) -> None:
    """Waits; when it takes too long, says for what, and what the processes said."""
    until = time.monotonic() + seconds

    def asked() -> bool:
        try:
            return holds()
        except (TillstreamError, HTTPException):
            return False  # a JobManager killed; a partition that waits for a transaction's end; a scrape that broke off

    while not asked():
        if time.monotonic() > until:
            words = "\n".join(f"== {name}\n{running.words(name)}" for name in ("watcher", "taskmanager", "jobmanager"))
            raise AssertionError(f"waited {seconds:.0f} s for {what}; jobs: {running.states()}\n{words}")
        time.sleep(0.2)


@contextmanager
def running_flink(folder: Path, root: Path) -> Iterator[RunningFlink]:
    """A broker, a JobManager and a TaskManager; the watcher is the test's to start."""
    with one_broker(folder / "kafka") as brokers:
        (first, *_) = free_ports(6)
        settings = Settings(
            home=folder / "home",
            engines={"set": "distributed", "lake": "embedded", "live_features": "flink"},  # type: ignore[arg-type]
            features={"lateness_seconds": NEVER_RELEASED_SECONDS},  # type: ignore[arg-type]
            kafka=brokers.settings,
            flink={
                "rest_port": first,
                "checkpoint_seconds": 2.0,
                "parallelism": 1,
                "idle_seconds": 3_600.0,
                "task_memory_mebibytes": 1100,
            },  # type: ignore[arg-type]
            streaming={"partial_seconds": 0.5},  # type: ignore[arg-type]
            stack={"jars_path": root / "var/jars", "flink_environment_path": root / "var/env/flink"},  # type: ignore[arg-type]
        )
        running = RunningFlink(settings, brokers)
        try:
            running.start("jobmanager")
            running.start("taskmanager")
            yield running
        finally:
            running.close()


def flink_python(root: Path, lines: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs lines in Flink's own environment."""
    python = root / "var/env/flink/bin/python"
    return subprocess.run(
        [str(python), "-c", "\n".join(lines)], capture_output=True, text=True, check=False, env=dict(os.environ)
    )


__all__ = ["RunningFlink", "flink_python", "running_flink", "wait_until"]
