"""One size on one set: the steps from the log to gold, each with its seconds and its peak memory."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psutil
from research.conformance.tape import Taped, append_to
from research.homes import Home, settings_of, stack

from tillstream.apps.wiring.event_log import open_log

_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """A command's seconds and the most that it and its children held, in bytes."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size came to on one set."""

    engines: str
    events: int
    silver_events_per_second: float
    """From the log to bronze and silver, start-up taken off."""
    silver_peak_bytes: int
    gold_seconds: float
    """All gold tables built for the first time, start-up included."""
    gold_peak_bytes: int
    restart_seconds: float
    """The lake worker started anew on the full tables until it says that nothing is left to read."""
    log_bytes: int
    lake_bytes: int


def measure(home: Home, tape: Sequence[Taped]) -> Measured:
    """The whole tape through the home's lake engine."""
    with stack(home, only=("kafka",)) if home.engines == "distributed" else nullcontext():
        log = open_log(settings_of(home))
        idle = watched(lambda: home.run("lake", "work", "--until-caught-up", "--json"))
        append_to(log, tape)
        log.close()
        silver = watched(lambda: home.run("lake", "work", "--until-caught-up", "--json"))
        gold = watched(lambda: home.run("lake", "gold", "--json"))
        again = watched(lambda: home.run("lake", "work", "--until-caught-up", "--json"))
    return Measured(
        engines=home.engines,
        events=len(tape),
        silver_events_per_second=round(len(tape) / max(0.1, silver.seconds - idle.seconds)),
        silver_peak_bytes=silver.peak_bytes,
        gold_seconds=round(gold.seconds, 1),
        gold_peak_bytes=gold.peak_bytes,
        restart_seconds=round(again.seconds, 1),
        log_bytes=bytes_under(home.path / ("log" if home.engines == "embedded" else "kafka")),
        lake_bytes=bytes_under(home.path / "lake"),
    )


def watched(work: Callable[[], object]) -> Step:
    """Runs it while a thread looks at the memory of this process's new descendants."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    done, peak = threading.Event(), [0]

    def look() -> None:
        while not done.wait(_LOOK_SECONDS):
            peak[0] = max(peak[0], _resident(before))

    watching = threading.Thread(target=look)
    watching.start()
    started = time.perf_counter()
    try:
        work()
    finally:
        done.set()
        watching.join()
    return Step(time.perf_counter() - started, peak[0])


def _resident(besides: set[int]) -> int:
    total = 0
    for child in psutil.Process().children(recursive=True):
        if child.pid not in besides:
            try:
                total += child.memory_info().rss
            except psutil.Error:
                continue
    return total


def bytes_under(folder: Path) -> int:
    """Bytes on disk of all files there."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
