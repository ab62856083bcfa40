"""What is done to a running stack; each says when it was over, so that recovery can be timed."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from research.faults.stage import Stage, signal_each

FREEZE_SECONDS = float(os.environ.get("FREEZE_SECONDS", "30"))
FULL_SECONDS = float(os.environ.get("FULL_SECONDS", "10"))
MOMENT_SECONDS = 240.0
"""How long a moment is waited for."""
WAKING_SECONDS = 20.0
"""How long a zombie that wakes may take to say that its batch was refused."""


@dataclass(frozen=True, slots=True)
class Struck:
    """When the fault was over, from when on all may be well again, and what was seen."""

    over_at: float
    back_at: float
    note: str = ""


Strike = Callable[[Stage, int], Struck]
"""Strikes the stack for the n-th time in this run."""
Moment = Callable[[Stage], None]
"""Returns when it has come."""


def kill(service: str, moment: Moment | None = None, seen: Callable[[Stage], str] | None = None) -> Strike:
    """`kill -9` of the service, at a moment of its work if one is given; `seen` says what that was."""

    def strike(stage: Stage, number: int) -> Struck:
        pid, family = stage.pid(service), stage.family(service)
        victims, note = (family, "") if moment else _part_of(family, number)
        if moment is not None:
            moment(stage)
        signal_each(victims, signal.SIGKILL)
        killed_at = time.monotonic()
        note = seen(stage) if seen else note
        stage.wait_for_new_life(service, pid)
        return Struck(killed_at, time.monotonic(), note)

    return strike


def _part_of(family: list[int], number: int) -> tuple[list[int], str]:
    """All of a service; of one whose Java is a process beside it once all, once its Java and once its Python."""
    java = [pid for pid in family if os.getsid(pid) != os.getsid(family[0])]
    python = [pid for pid in family if pid not in java]
    parts = [(family, "once all of it"), (java[:1], "once its Java alone"), (python, "once its Python alone")]
    return parts[number % len(parts)] if java else (family, "")


def freeze(service: str, heir: tuple[str, ...] = (), moment: Moment | None = None, table: str | None = None) -> Strike:
    """SIGSTOP, then SIGCONT. With an heir, a second process does the work meanwhile and goes on beside the zombie.

    With a `table` the zombie sleeps until its heir has brought that table on.
    """

    def strike(stage: Stage, number: int) -> Struck:
        del number
        family = stage.family(service)
        if moment is not None:
            moment(stage)
        frozen_at = time.monotonic()
        signal_each(family, signal.SIGSTOP)
        signal_each(stage.family(service), signal.SIGSTOP)  # and what it started meanwhile
        before, reached = len(stage.said(service)), reach(stage, table) if table else 0
        process = stage.start(f"{service}-heir", *heir) if heir else None
        try:
            time.sleep(max(0.0, frozen_at + FREEZE_SECONDS - time.monotonic()))
            if table:
                _wait(lambda: reach(stage, table) > reached, f"the heir brought {table} on")
            slept = f"{time.monotonic() - frozen_at:.0f} s of SIGSTOP"
            signal_each(stage.family(service), signal.SIGCONT)
            woken_at = time.monotonic()
            refused = _refused(stage, service, before) if heir else False
        finally:
            if process is not None:
                process.terminate()
                process.wait(120)
        if not heir:
            return Struck(woken_at, woken_at, slept)
        woke = "its batch was refused when it woke" if refused else "it woke with nothing to write"
        return Struck(woken_at, woken_at, f"{slept}; {woke}")

    return strike


def _refused(stage: Stage, service: str, before: int) -> bool:
    """Whether a zombie says within a while that it dropped what it held."""
    until = time.monotonic() + WAKING_SECONDS
    while time.monotonic() < until:
        if "batch_dropped" in stage.said(service)[before:]:
            return True
        time.sleep(0.2)
    return False


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

    def is_begun() -> bool:
        found = [path for path in _checkpoints(stage) if not (path / "_metadata").exists()]
        known = any(path in begun for path in found)
        begun.update(_checkpoints(stage))
        return known

    _wait(is_begun, "a checkpoint was begun")


def checkpoint_seen(stage: Stage) -> str:
    """What there is of checkpoints after the kill."""
    begun = [path.name for path in _checkpoints(stage) if not (path / "_metadata").exists()]
    return f"{', '.join(sorted(begun))} begun and not whole" if begun else "all checkpoints whole"


def _checkpoints(stage: Stage) -> list[Path]:
    return list((stage.settings.flink_path / "checkpoints").glob("*/*/chk-*"))


def on_delta_commit(table: str) -> Moment:
    """The moment at which a new version of a table is there, and nobody was told of it yet."""

    def moment(stage: Stage) -> None:
        log = stage.settings.lake_path / table / "_delta_log"
        newest = max((int(path.stem) for path in log.glob("*.json")), default=-1)
        following = log / f"{newest + 1:020}.json"
        _wait(following.exists, f"{table} got a new version")

    return moment


def bronze_ahead(entity: str) -> Callable[[Stage], str]:
    """Says how far a topic's bronze is ahead of its silver."""

    def seen(stage: Stage) -> str:
        ahead = reach(stage, f"bronze/{entity}") - reach(stage, f"silver/{entity}")
        return f"bronze.{entity} ahead of silver by {ahead}" if ahead else f"silver.{entity} as far as bronze"

    return seen


def reach(stage: Stage, table: str) -> int:
    """The sum of the offsets that a table covers, as its commits name them."""
    covered: dict[str, int] = {}
    for path in (stage.settings.lake_path / table / "_delta_log").glob("*.json"):
        for line in path.read_text().splitlines():
            if moved := json.loads(line).get("txn"):
                covered[moved["appId"]] = max(covered.get(moved["appId"], 0), moved["version"])
    return sum(covered.values())


def _wait(come: Callable[[], bool], what: str) -> None:
    """Looks again and again, so that the moment is hit; raises RuntimeError where it does not come."""
    until = time.monotonic() + MOMENT_SECONDS
    while not come():
        if time.monotonic() > until:
            raise RuntimeError(f"waited {MOMENT_SECONDS:.0f} s in vain until {what}")
        time.sleep(0.0005)
