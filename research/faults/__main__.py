"""`make faults`: every fault, or those named; prints one line each, keeps them, exits 1 when anything was lost."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from research.benchmarks.__main__ import machine
from research.faults.catalogue import BOTH, Fault, catalogue
from research.faults.line import FaultLine
from research.faults.trial import try_fault

RESULTS = Path(__file__).with_name("results.json")
EVENTS = 100_000


def main() -> int:
    """Runs, prints, keeps; 0 only when every line is ok."""
    faults = catalogue()
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Example: EVENTS=10000 python -m research.faults kill-lake --set embedded"
    )
    parser.add_argument("names", nargs="*", choices=[*faults, []], metavar="name", help=f"of {', '.join(faults)}")
    parser.add_argument("--set", choices=BOTH, help="only this set of engines; else those of SETS, or both")
    parser.add_argument("--seed", type=int, default=1, help="of the events")
    given = parser.parse_args()
    events = int(os.environ.get("EVENTS", EVENTS))
    sets = [given.set] if given.set else os.environ.get("SETS", "embedded distributed").split()
    lines = []
    for name in given.names or faults:
        for engine_set in sets:
            if engine_set in faults[name].sets:
                line = tried(faults[name], engine_set, events, given.seed)
                print(line, flush=True)
                keep(line)
                lines.append(line)
    return 1 if any(line.verdict != "ok" for line in lines) else 0


def tried(fault: Fault, engine_set: str, events: int, seed: int) -> FaultLine:
    """Its line, also where it could not be tried to the end."""
    try:
        return try_fault(fault, engine_set, events, seed)
    except Exception as error:  # the others are tried all the same
        return FaultLine(fault.name, engine_set, events, 0, 0, 0, why=f"not tried to the end: {error}")


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
