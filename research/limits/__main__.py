"""`make limits`: measures both sets on growing shops and writes results.json; `make docs` makes the page of it.

Example: python -m research.limits --sizes 100000 1000000 --sets embedded
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from research.benchmarks.__main__ import machine
from research.conformance.tape import Taped, read_log
from research.homes import Home, RunFailed, end_as_by_ctrl_c, settings_of
from research.limits.measuring import measure

from tillstream.apps.wiring.event_log import open_log

RESULTS = Path(__file__).parent / "results.json"
EVENTS_PER_CUSTOMER = 245
SIZES = {"embedded": (100_000, 1_000_000, 5_000_000), "distributed": (100_000, 1_000_000)}


def main() -> int:
    """Prints and keeps one line a size and set; 1 when a run failed."""
    end_as_by_ctrl_c()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--sizes", nargs="*", type=int, help="events; by default each set's own list")
    options = parser.parse_args()
    kept = json.loads(RESULTS.read_text())["lines"] if RESULTS.exists() else []
    for engines in options.sets:
        for events in options.sizes or SIZES[engines]:
            try:
                with tempfile.TemporaryDirectory(prefix="tillstream-limits-") as folder:
                    found = asdict(measure(Home(Path(folder) / "home", engines), simulated(Path(folder), events)))
            except RunFailed as error:
                print(error, file=sys.stderr)
                return 1
            found["asked"] = events
            print(json.dumps(found), flush=True)
            kept = [one for one in kept if (one["engines"], one["asked"]) != (engines, events)] + [found]
    kept.sort(key=lambda one: (one["engines"], one["events"]))
    result = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "lines": kept}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    return 0


def simulated(folder: Path, events: int) -> list[Taped]:
    """A shop of about so many events over 45 days."""
    home = Home(folder / "source", "embedded")
    customers = str(max(20, events // EVENTS_PER_CUSTOMER))
    home.run("sources", "simulate", "--to", "log", "--customers", customers, "--days", "45", "--json")
    log = open_log(settings_of(home))
    try:
        return read_log(log)
    finally:
        log.close()


if __name__ == "__main__":
    sys.exit(main())
