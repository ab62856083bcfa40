"""`make faults`: every fault, or those named; prints one line each, keeps them, exits 1 when anything was lost."""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from research.benchmarks.__main__ import machine
from research.faults.catalogue import BOTH, Fault, catalogue
from research.faults.line import FaultLine
from research.faults.trial import try_faults
from research.homes import end_as_by_ctrl_c

from tillstream.core.java import brisk_java

RESULTS = Path(__file__).with_name("results.json")
EVENTS = 100_000


def main() -> int:
    """Runs, prints, keeps; 0 only when every line is ok."""
    end_as_by_ctrl_c()
    faults = catalogue()
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Example: EVENTS=10000 python -m research.faults kill-lake --set embedded"
    )
    parser.add_argument("names", nargs="*", choices=[*faults, []], metavar="name", help=f"of {', '.join(faults)}")
    parser.add_argument("--set", choices=BOTH, help="only this set of engines; else those of SETS, or both")
    parser.add_argument("--seed", type=int, default=1, help="of the events")
    parser.add_argument(
        "--one-stack", action="store_true", help="Faults that can share one stack, one after the other; else one each."
    )
    given = parser.parse_args()
    os.environ.update(brisk_java())  # a fault is set beside a bare restart of the same kind
    events = int(os.environ.get("EVENTS", EVENTS))
    sets = [given.set] if given.set else os.environ.get("SETS", "embedded distributed").split()
    lines = []
    for engine_set in sets:
        chosen = [faults[name] for name in given.names or faults if engine_set in faults[name].sets]
        for some in together(chosen) if given.one_stack else [[fault] for fault in chosen]:
            for line in tried(some, engine_set, events, given.seed):
                print(line, flush=True)
                keep(line)
                lines.append(line)
    return 1 if any(line.verdict != "ok" for line in lines) else 0


def together(faults: Sequence[Fault]) -> list[list[Fault]]:
    """The faults by stack: those that leave the surroundings as they are share one."""
    sharing = [fault for fault in faults if fault.shares_a_stack]
    return [*([sharing] if sharing else []), *([fault] for fault in faults if not fault.shares_a_stack)]


def tried(faults: Sequence[Fault], engine_set: str, events: int, seed: int) -> Iterator[FaultLine]:
    """A line each, also of one that could not be tried to the end; those after one that did not hold begin anew."""
    left = list(faults)
    while left:
        try:
            for line in try_faults(left, engine_set, events, seed):
                left = left[1:]
                yield line
        except Exception as error:  # the others are tried all the same
            traceback.print_exc()
            yield FaultLine(left[0].name, engine_set, events, 0, 0, 0, why=f"not tried to the end: {error}")
            left = left[1:]


def keep(line: FaultLine) -> None:
    """Puts it in results.json, in the place of what was there of the same fault and set."""
    kept = json.loads(RESULTS.read_text())["lines"] if RESULTS.exists() else []
    order = list(catalogue())
    others = [one for one in kept if (one["name"], one["set"]) != (line.name, line.set) and one["name"] in order]
    measured_at = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = [*others, {**asdict(line), "verdict": line.verdict, "measured_at": measured_at}]
    fresh.sort(key=lambda one: (order.index(one["name"]), one["set"] != "embedded"))
    RESULTS.write_text(json.dumps({"machine": machine(), "lines": fresh}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
