"""`make conformance`: one log through both engine sets, every table, session, alert and decision compared.

Example: python -m research.conformance --events 100000
         python -m research.conformance --move --events 3000
         python -m research.conformance --replay orders.csv --mapping orders.toml
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from research.conformance.asking import ask, distinct
from research.conformance.comparing import compare, differing_rows
from research.conformance.moving import compare_moved
from research.conformance.passing import pass_tape, settle
from research.conformance.tape import Mess, Taped, closing, messed, read_log
from research.homes import Home, RunFailed, end_as_by_ctrl_c, settings_of, stack

from tillstream.apps.wiring.event_log import open_log
from tillstream.core.java import brisk_java

EVENTS_AT_SCALE_1 = 300_000
SETS = ("embedded", "distributed")


def main() -> int:
    """Prints one line a table; 1 when something differs or failed, else 0."""
    end_as_by_ctrl_c()
    options = _options()
    os.environ.update(brisk_java())  # nothing is timed here
    root = Path(options.folder or tempfile.mkdtemp(prefix="tillstream-conformance-"))
    try:
        return _compare_moved(root, options) if options.move else _compare(root, options)
    except RunFailed as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if not options.folder:
            shutil.rmtree(root, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000, help="about so many of a simulated shop")
    parser.add_argument("--decisions", type=int, default=1_000, help="decisions to replay on either side")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--late", action="store_true", help="5 %% an hour late and 1 %% two days late")
    parser.add_argument("--replay", help="a real log of your own instead: a file, or tafeng, diginetica, fraud")
    parser.add_argument("--mapping", help="the mapping of that file")
    parser.add_argument(
        "--sets", nargs=2, choices=SETS, default=SETS, help="which two; one may be compared with itself"
    )
    parser.add_argument("--move", action="store_true", help="one set alone, and a home that is moved there and back")
    parser.add_argument(
        "--live", choices=("embedded", "flink"), default="embedded", help="what keeps live tiles of a moved home"
    )
    parser.add_argument("--folder", help="keep everything here")
    return parser.parse_args()


def _compare_moved(root: Path, options: argparse.Namespace) -> int:
    begun = time.monotonic()
    differing = compare_moved(
        root,
        options.events,
        options.seed,
        options.sets,
        lambda line: print(f"{time.monotonic() - begun:6.0f} s  {line}", flush=True),
        live=options.live,
    )
    print(f"moved there and back differing={differing}")
    return int(bool(differing))


def _compare(root: Path, options: argparse.Namespace) -> int:
    begun = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {line}", flush=True)

    source = Home(root / "source", "embedded")
    clean = _play(source, options)
    tape = messed(clean, Mess(options.seed, late=options.late))
    tape += closing(tape[-1].received_at_us)
    tell(f"a tape of {len(tape):,} records: {len(clean):,} of the shop, the rest copies and poison")
    homes = [Home(root / f"{number}-{name}", name) for number, name in enumerate(options.sets, start=1)]
    one, other = (pass_tape(home, tape, late=options.late, tell=tell) for home in homes)
    found = list(compare(one, other, late=options.late))
    for table in found:
        verdict = "equal " if table.equal else "DIFFER"
        print(f"{verdict}  {table.table:<26} {table.one}" + ("" if table.equal else f"  {table.other}"))
        for row in [] if table.equal else differing_rows(one, other, table.table):
            print(f"        {row}")
    differing = [table.table for table in found if not table.equal]
    answers = [_replayed(home, source) for home in homes]
    same = answers[0] == answers[1] and not answers[0]["other"]
    count, digest = answers[0]["decisions"], str(answers[0]["sha256"])[:16]
    print(f"{'equal ' if same else 'DIFFER'}  {'decisions replayed':<26} {count}:{digest}")
    print(f"conformance tables={len(found)} differing={len(differing)} decisions={count}")
    return int(bool(differing) or not same)


def _play(source: Home, options: argparse.Namespace) -> list[Taped]:
    """A shop that has run and decided, as a clean log."""
    if options.replay:
        mapping = ["--mapping", options.mapping] if options.mapping else []
        source.run("demo", "--once", "--replay", options.replay, *mapping)
    else:
        source.run("demo", "--once", "--scale", f"{options.events / EVENTS_AT_SCALE_1:.3f}")
    log = open_log(settings_of(source))
    with stack(source, without=("scheduler",)):
        known = read_log(log)
        visitors = distinct((one.key for one in known if one.topic in ("clicks.v1", "orders.v1")), 500)
        customers = distinct((one.key for one in known if one.topic == "customers.v1"), 500)
        ask(f"http://127.0.0.1:{source.ports['api']}", options.decisions, visitors, customers or visitors, options.seed)
        settle(log)
    try:
        return read_log(log)
    finally:
        log.close()


def _replayed(home: Home, source: Home) -> dict[str, object]:
    """What all decisions of the home's lake come to with the exports that made them."""
    if not (home.path / "models").exists():
        shutil.copytree(source.path / "models", home.path / "models")
    return home.run("decisions", "replay", "--all", "--json", codes=(0, 3))


if __name__ == "__main__":
    sys.exit(main())
