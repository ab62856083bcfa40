"""One service under watch: its process, its phase, and what happens next to it."""

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tillstream.core.telemetry import logger
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.processes import born_at, launch, open_log, stop_all
from tillstream.operations.stack.service import Service
from tillstream.operations.stack.status import Phase, ServiceStatus, write_whole

STEADY_SECONDS = 60.0
"""A service that was ready for so long has no failures behind it."""


@dataclass(slots=True)
class Watched:
    """The life of one service. All instants are monotonic seconds but `since` and `started_at` (Unix)."""

    service: Service
    places: Places
    environment: Mapping[str, str]
    stop_seconds: float
    phase: Phase = Phase.WAITING
    process: subprocess.Popen[bytes] | None = None
    since: float = field(default_factory=time.time)
    started_at: float = 0.0
    start_seconds: float | None = None
    was_ready: bool = False
    restarts: int = 0
    failures: int = 0
    why: str = ""
    memory_bytes: int = 0
    peak_bytes: int = 0
    _begun: float = 0.0
    _answered: float = 0.0
    _asked: float = 0.0
    _again: float = 0.0

    def turn(self, phase: Phase, why: str = "") -> None:
        """Enters a phase; `why` stays until it is ready again."""
        if phase is not self.phase:
            logger("stack").info("service_turned", name=self.service.name, phase=phase.value, why=why or None)
            self.phase, self.since = phase, time.time()
        self.why = why

    def start(self) -> None:
        """Launches the process, or begins to ask a service that is somebody else's."""
        name = self.service.name
        self._begun, self.started_at, self._asked = time.monotonic(), time.time(), 0.0
        if self.service.command:
            with open_log(self.places.log(name)) as output:
                self.process = launch(self.service.command, output, self.environment)
            with suppress(OSError):  # a full disk: `sweep` would not find it, the leash still ends it
                write_whole(self.places.pid(name), {"pid": self.process.pid, "born": born_at(self.process.pid)})
        self.turn(Phase.STARTING, self.why)

    def look(self) -> None:
        """One look at a started service: has it ended, does it answer, is it time to start it again?"""
        now = time.monotonic()
        if self.phase is Phase.BACKING_OFF:
            if now >= self._again:
                self.restarts += 1
                self.start()
        elif self.process is not None and (code := self.process.poll()) is not None:
            self.fail(f"ended with {_exit_words(code)}: {self.last_line()}")
        elif now - self._asked >= (0.1 if self.phase is Phase.STARTING else self.service.restart.ask_seconds):
            self._asked = now
            self._hear(self.service.ready.lacks(self.started_at), now)

    def _hear(self, lacks: str | None, now: float) -> None:
        rules = self.service.restart
        if lacks is None:
            self._answered = now
            if self.phase is not Phase.READY:
                self.start_seconds = round(now - self._begun, 2) if self.phase is Phase.STARTING else self.start_seconds
                self.was_ready = True
                self.turn(Phase.READY)
            elif now - self._begun > STEADY_SECONDS:
                self.failures = 0
            return
        if self.phase is Phase.READY:
            self.turn(Phase.SILENT, lacks)
        self.why = lacks
        if not self.service.command:
            return
        if self.phase is Phase.STARTING and now - self._begun > rules.start_seconds:
            self.fail(f"not ready after {rules.start_seconds:.0f} s: {lacks}")
        elif self.phase is Phase.SILENT and now - self._answered > rules.silent_seconds:
            self.fail(f"no answer for {rules.silent_seconds:.0f} s: {lacks}")

    def fail(self, why: str) -> None:
        """Ends what is left of it, and says when it starts again, or that it will not."""
        self.stop()
        self.failures += 1
        if not self.was_ready and self.failures >= self.service.restart.tries:
            self.turn(Phase.FAILED, why)
            return
        self._again = time.monotonic() + self.service.restart.delay_seconds(self.failures)
        self.turn(Phase.BACKING_OFF, why)

    def stop(self) -> None:
        """Ends its process and all of its group."""
        if self.process is not None:
            stop_all([self.process], self.patience_seconds)
        self.forget()

    @property
    def patience_seconds(self) -> float:
        """How long it may take to stop."""
        return self.service.stop_seconds or self.stop_seconds

    def forget(self) -> None:
        """Its process is gone."""
        self.process, self.memory_bytes = None, 0
        self.places.pid(self.service.name).unlink(missing_ok=True)

    def weigh(self, resident: int, every_limit_bytes: int) -> None:
        """Notes its memory; one that holds more than its limit is started anew."""
        limit_bytes = self.service.memory_limit_bytes or every_limit_bytes
        self.memory_bytes, self.peak_bytes = resident, max(self.peak_bytes, resident)
        if resident > limit_bytes:
            held, limit = resident / 2**20, limit_bytes / 2**20
            self.fail(f"held {held:,.0f} MiB, more than its {limit:,.0f} MiB (TILLSTREAM_STACK__MEMORY_LIMIT_BYTES)")

    def last_line(self) -> str:
        """The last line of its log, which mostly says why it ended."""
        return last_line(self.places.log(self.service.name)) or f"see {self.places.log(self.service.name)}"

    def seen(self) -> ServiceStatus:
        """It as the status shows it."""
        return ServiceStatus(
            name=self.service.name,
            phase=self.phase,
            pid=self.process.pid if self.process else None,
            since=self.since,
            start_seconds=self.start_seconds,
            memory_bytes=self.memory_bytes,
            peak_bytes=self.peak_bytes,
            restarts=self.restarts,
            why=self.why,
            port=self.service.port.number if self.service.port else None,
            url=self.service.url,
            metrics_url=self.service.metrics_url,
        )


def _exit_words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"


def last_line(path: "os.PathLike[str]", most_bytes: int = 4_096) -> str:
    """The last line that is not empty, at most 300 characters; empty where there is none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  any path-like
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - most_bytes))
            lines = file.read().decode(errors="replace").split("\n")
    except FileNotFoundError:
        return ""
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
