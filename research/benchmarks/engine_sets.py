"""The embedded set against Spark `local[2]`: the same simulated shop from the log to silver and gold.

Start-up is what the same two commands take when there is nothing to do; warm is the rest.
"""

import os
import statistics
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from research.benchmarks.line import BenchLine
from research.conformance.tape import Taped, append_to, read_log
from research.homes import Home, settings_of, stack

from tillstream.apps.wiring.event_log import open_log

EVENTS = int(os.environ.get("SETS_EVENTS", "1000000"))
EVENTS_PER_CUSTOMER = 245
ROUNDS = int(os.environ.get("SETS_ROUNDS", "1"))
BAR_RATIO = 3.0


@dataclass(frozen=True, slots=True)
class Passed:
    """Seconds of one way from the log to gold: the start-up alone, and all of it."""

    idle_seconds: float
    seconds: float


def run() -> list[BenchLine]:
    """Events a second of both, warm and with start-up; theirs is Spark."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        tape = simulated(Home(Path(folder) / "source", "embedded"))
        passed: dict[str, list[Passed]] = {"embedded": [], "distributed": []}
        for number in range(ROUNDS):
            for name, rounds in passed.items():
                rounds.append(pass_once(Home(Path(folder) / f"{name}-{number}", name), tape))
    warm, cold = (
        {name: len(tape) / statistics.median(map(seconds, rounds)) for name, rounds in passed.items()}
        for seconds in (_warm_seconds, _all_seconds)
    )
    name = "log_to_gold"
    return [
        BenchLine(f"{name}_warm_events_per_second", warm["embedded"], warm["distributed"], BAR_RATIO, bar_on="ratio"),
        BenchLine(f"{name}_with_start_events_per_second", cold["embedded"], cold["distributed"]),
    ]


def _warm_seconds(passed: Passed) -> float:
    return passed.seconds - passed.idle_seconds


def _all_seconds(passed: Passed) -> float:
    return passed.seconds


def simulated(home: Home) -> list[Taped]:
    """A shop's log of about EVENTS events."""
    customers = str(EVENTS // EVENTS_PER_CUSTOMER)
    home.run("sources", "simulate", "--to", "log", "--customers", customers, "--days", "45", "--json")
    log = open_log(settings_of(home))
    try:
        return read_log(log)
    finally:
        log.close()


def pass_once(home: Home, tape: list[Taped]) -> Passed:
    """The same events on the home's own log, then to gold."""
    with stack(home, only=("kafka",)) if home.engines == "distributed" else nullcontext():
        log = open_log(settings_of(home))
        idle_seconds = to_gold(home)
        append_to(log, tape)
        log.close()
        return Passed(idle_seconds, to_gold(home))


def to_gold(home: Home) -> float:
    """Seconds of the two commands."""
    started = time.perf_counter()
    home.run("lake", "work", "--until-caught-up", "--json")
    home.run("lake", "gold", "--json")
    return time.perf_counter() - started
