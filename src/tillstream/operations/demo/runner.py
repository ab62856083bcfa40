"""Runs the steps: commands as processes, as many at once as there are cores, checks in between."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tillstream.operations.demo.steps import Step, StepFailed, Told, in_order
from tillstream.operations.stack.processes import launch, open_log, stop_all
from tillstream.operations.stack.watched import last_line


@dataclass(frozen=True, slots=True)
class Done:
    """A step that is done."""

    step: Step
    told: Told
    seconds: float
    begun_seconds: float
    """Since the first step began."""


@dataclass(slots=True)
class _Begun:
    step: Step
    at: float
    process: subprocess.Popen[bytes] | None
    log: Path
    checked_at: float = 0.0


class Runner:
    """One run of a list of steps. `watch` gets the pids of running commands by step, many times a second; may raise."""

    def __init__(
        self,
        logs: Path,
        environment: Mapping[str, str],
        *,
        at_once: int,
        watch: Callable[[Mapping[str, int]], None] | None = None,
        on_done: Callable[[Done], None] | None = None,
        pause_seconds: float = 0.05,
        check_seconds: float = 0.25,
    ) -> None:
        self._logs, self._environment, self._at_once = logs, environment, at_once
        self._watch, self._on_done, self._pause, self._check = watch, on_done, pause_seconds, check_seconds

    def run(self, steps: Sequence[Step], stopping: Callable[[], bool]) -> list[Done] | None:
        """All steps to their end, or None when `stopping` came first. Ends every command that it started."""
        in_order(steps)
        first, left, running, done = time.monotonic(), list(steps), list[_Begun](), list[Done]()
        try:
            while left or running:
                if stopping():
                    return None
                if self._watch is not None:
                    self._watch({one.step.name: one.process.pid for one in running if one.process is not None})
                self._begin(left, running, {one.step.name for one in done})
                for begun in list(running):
                    if (told := self._look(begun)) is not None:
                        running.remove(begun)
                        now = time.monotonic()
                        done.append(Done(begun.step, told, now - begun.at, begun.at - first))
                        if self._on_done is not None:
                            self._on_done(done[-1])
                time.sleep(self._pause)
        finally:
            stop_all([begun.process for begun in running if begun.process is not None], 3.0)
        return done

    def _begin(self, left: list[Step], running: list[_Begun], done: set[str]) -> None:
        for step in list(left):
            busy = sum(begun.process is not None for begun in running)
            if done.issuperset(step.after) and (not step.command or busy < self._at_once):
                left.remove(step)
                running.append(self._launch(step))

    def _launch(self, step: Step) -> _Begun:
        log, process = self._logs / f"demo-{step.name}.log", None
        if step.command:
            log.unlink(missing_ok=True)
            with open_log(log) as output:
                process = launch(step.command, output, self._environment)
        return _Begun(step, time.monotonic(), process, log)

    def _look(self, begun: _Begun) -> Told | None:
        """What the step came to, None while it runs; raises StepFailed."""
        step, now = begun.step, time.monotonic()
        if now - begun.at > step.most_seconds:
            raise StepFailed(step.name, f"not done after {step.most_seconds:.0f} s", begun.log)
        if begun.process is not None:
            code = begun.process.poll()
            if code is None:
                return None
            begun.process = None
            if code not in step.exits:
                raise StepFailed(step.name, f"exit {code}: {last_line(begun.log)}", begun.log)
        elif now - begun.checked_at < self._check:
            return None
        begun.checked_at = now
        return step.check(begun.log.read_text(errors="replace") if step.command else "")
