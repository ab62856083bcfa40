"""What is done to a running stack; each says when it was over, so that recovery can be timed."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from research.faults.stage import Stage

from tillstream.operations.stack.processes import signal_group

FREEZE_SECONDS = float(os.environ.get("FREEZE_SECONDS", "30"))
FULL_SECONDS = float(os.environ.get("FULL_SECONDS", "10"))


@dataclass(frozen=True, slots=True)
class Struck:
    """When the fault was over, from when on all may be well again, and what was seen."""

    over_at: float
    back_at: float
    note: str = ""


Strike = Callable[[Stage, int], Struck]
"""Strikes the stack for the n-th time in this run."""


def kill(service: str, moment: "Callable[[Stage], None] | None" = None) -> Strike:
    """`kill -9` of the service's whole group, at a moment of its work if one is given."""

    def strike(stage: Stage, number: int) -> Struck:
        del number
        pid = stage.pid(service)
        if moment is not None:
            moment(stage)
        signal_group(pid, signal.SIGKILL)
        killed_at = time.monotonic()
        stage.wait_for_new_life(service, pid)
        return Struck(killed_at, time.monotonic())

    return strike


def freeze(service: str, heir: tuple[str, ...] = ()) -> Strike:
    """SIGSTOP, then SIGCONT. With an heir, a second process does the work meanwhile and goes on beside the zombie."""

    def strike(stage: Stage, number: int) -> Struck:
        del number
        pid, frozen_at = stage.pid(service), time.monotonic()
        signal_group(pid, signal.SIGSTOP)
        process = stage.start(f"{service}-heir", *heir) if heir else None
        try:
            time.sleep(max(0.0, frozen_at + FREEZE_SECONDS - time.monotonic()))
            before = len(stage.said(service))
            signal_group(pid, signal.SIGCONT)
            woken_at = time.monotonic()
            time.sleep(4.0)
            dropped = stage.said(service)[before:].count("batch_dropped")
        finally:
            if process is not None:
                process.terminate()
                process.wait(60)
        frozen = f"{FREEZE_SECONDS:.0f} s of SIGSTOP"
        if not heir:
            return Struck(woken_at, woken_at, frozen)
        return Struck(
            woken_at,
            woken_at,
            f"{frozen}; its batch was refused when it woke" if dropped else f"{frozen}; it woke with nothing to write",
        )

    return strike


def fill(folder: Callable[[Stage], Path]) -> Strike:
    """Takes the last byte of the folder's file system, waits, and gives it back."""

    def strike(stage: Stage, number: int) -> Struck:
        del number
        ballast = folder(stage) / "ballast"
        until = time.monotonic() + FULL_SECONDS
        with ballast.open("wb") as file:
            while time.monotonic() < until:
                # Again and again: what others delete meanwhile is taken too.
                free = os.statvfs(ballast).f_bavail * os.statvfs(ballast).f_frsize
                with suppress(OSError):  # somebody was faster
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), max(4_096, free))
                time.sleep(0.02)
        ballast.unlink()
        now = time.monotonic()
        return Struck(now, now, f"full for {FULL_SECONDS:.0f} s")

    return strike


CLOCK_STEPS_SECONDS = (3_600.0, -3_600.0, 0.0)


def step_clock(stage: Stage, number: int) -> Struck:
    """Moves the wall clock of every process of ours: an hour ahead, two hours back, right again."""
    path = Path(stage.environment["TILLSTREAM_FAULTS_CLOCK"])
    written = path.with_suffix(".new")
    written.write_text(str(CLOCK_STEPS_SECONDS[number % len(CLOCK_STEPS_SECONDS)]))
    written.replace(path)
    now = time.monotonic()
    return Struck(now, now)


def on_flink_checkpoint(stage: Stage) -> None:
    """The moment at which a checkpoint of Flink has begun and is not whole: between pre-commit and commit."""
    begun: set[Path] = set()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for path in (stage.settings.flink_path / "checkpoints").glob("*/chk-*"):
            if path in begun and not (path / "_metadata").exists():
                return
            begun.add(path)
        time.sleep(0.001)


def on_delta_commit(table: str) -> Callable[[Stage], None]:
    """The moment at which a new version of a table is there, and nobody was told of it yet."""

    def moment(stage: Stage) -> None:
        log = stage.settings.lake_path / table / "_delta_log"
        newest = max((int(path.stem) for path in log.glob("*.json")), default=-1)
        following = log / f"{newest + 1:020}.json"
        until = time.monotonic() + 60
        while not following.exists() and time.monotonic() < until:
            time.sleep(0.0005)

    return moment
