"""The embedded set's clock: runs each job when it is due, as a process of its own, one at a time."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from tillstream.core.locks import held
from tillstream.core.telemetry import logger
from tillstream.operations.stack.jobs import Job
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.processes import launch, open_log, stop_all
from tillstream.operations.stack.status import JobStatus, write_whole
from tillstream.operations.stack.watched import last_line


class Scheduler:
    """Jobs and when each is due. A job waits while another process holds the job lock, as the demo's steps do."""

    def __init__(
        self,
        jobs: Sequence[Job],
        places: Places,
        *,
        stop_seconds: float,
        beat: Callable[[], None] = lambda: None,
        look_seconds: float = 0.2,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._places, self._stop_seconds, self._beat, self._clock = places, stop_seconds, beat, clock
        self._look_seconds = look_seconds
        now = clock()
        self._seen = {
            job.name: JobStatus(job.name, " ".join(job.command), job.every_seconds, next_at=now + job.first_seconds)
            for job in jobs
        }

    def run(self, stopping: Callable[[], bool]) -> None:
        """Runs what is due until `stopping`; a job that runs then is ended."""
        self._publish()
        while not stopping():
            self._beat()
            job = self.due()
            if job is not None:
                with held(self._places.job_lock) as ours:
                    if ours:
                        self._run(job, stopping)
            time.sleep(self._look_seconds)

    def due(self) -> Job | None:
        """The job that has been due for longest."""
        first = min(self._seen.values(), key=lambda seen: seen.next_at, default=None)
        return self._jobs[first.name] if first is not None and first.next_at <= self._clock() else None

    def _run(self, job: Job, stopping: Callable[[], bool]) -> None:
        begun = self._clock()
        self._note(job, running=True)
        log = self._places.log(f"job-{job.name}")
        with open_log(log) as output:
            process = launch(job.command, output, {})
        code = self._wait(process, begun + job.most_seconds, stopping)
        seconds = self._clock() - begun
        seen = self._seen[job.name]
        self._note(
            job,
            running=False,
            runs=seen.runs + 1,
            failures=seen.failures + (code != 0),
            last_at=begun,
            last_seconds=round(seconds, 2),
            last_exit=code,
            last_line=last_line(log),
            next_at=self._clock() + job.every_seconds,
        )
        say = logger("scheduler").info if code == 0 else logger("scheduler").warning
        say("job_ended", job=job.name, exit=code, elapsed_seconds=round(seconds, 2))

    def _wait(self, process: "subprocess.Popen[bytes]", deadline: float, stopping: Callable[[], bool]) -> int:
        while process.poll() is None:
            self._beat()
            if stopping() or self._clock() > deadline:
                stop_all([process], self._stop_seconds)
                break
            time.sleep(self._look_seconds)
        return process.wait()

    def _note(self, job: Job, **changes: object) -> None:
        self._seen[job.name] = replace(self._seen[job.name], **changes)  # type: ignore[arg-type]
        self._publish()

    def _publish(self) -> None:
        write_whole(self._places.jobs, [asdict(seen) for seen in self._seen.values()])
