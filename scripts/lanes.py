"""Runs every lane of the tests, prints the seconds of each, and ends with `N passed, N failed`.

    python scripts/lanes.py            every lane that this machine can run
    python scripts/lanes.py fast kill  only these

TILLSTREAM_EVERY_LANE=1 turns a lane that cannot run into a failure; `data` only when its folder is there.
Standard library only: it also runs where the environment is broken, to say so.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "var" / "test"
BIN = Path(sys.executable).parent
DEMO_SCALE = "0.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def nothing() -> str | None:
    """What a lane lacks that runs everywhere."""
    return None


@dataclass(frozen=True)
class Lane:
    """Tests that need the same things: how they start, and the sentence that says what this machine lacks."""

    name: str
    command: tuple[str, ...]
    counts_itself: bool = True
    """Writes a report with its counts; a lane that does not is one check, passed or failed."""
    lacks: Callable[[], str | None] = nothing
    optional: bool = False
    """May be absent even where every lane is asked for."""
    environment: Callable[[], dict[str, str]] = dict


@dataclass(frozen=True)
class Outcome:
    """What a lane came to."""

    lane: str
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    not_run: str = ""


def of_mark(mark: str, *options: str, lacks: Callable[[], str | None] = nothing, optional: bool = False) -> Lane:
    """The lane of the tests whose lane is `mark`; tests/conftest.py gives each test exactly one."""
    report = REPORTS / f"{mark}.xml"
    command = (str(BIN / "pytest"), "-q", "--lane", mark, f"--junitxml={report}", *options)
    return Lane(mark, command, lacks=lacks, optional=optional)


def no_browser() -> str | None:
    """Why the browser lane cannot run here."""
    if os.environ.get("TILLSTREAM_CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return None
    return "no Chromium; `make browsers` installs Debian's"


def no_engines() -> str | None:
    """Why the lanes of Kafka, Spark and Flink cannot run here."""
    made = (ROOT / "var/jars/.fetched", ROOT / ".venv/.engines", ROOT / "var/env/flink/.synced")
    return None if all(path.exists() for path in made) else "not installed; `make engines` does it"


def no_data() -> str | None:
    """Why the data lane cannot run here."""
    folder = Path(os.environ.get("TILLSTREAM_DATA", ROOT.parent / "shared" / "data"))
    return None if folder.is_dir() else "no public logs; set TILLSTREAM_DATA to their folder"


def apart() -> dict[str, str]:
    """A home and ports of its own, so that a demo already running on this machine is left alone."""
    with socket.socket() as api, socket.socket() as store:
        api.bind(("127.0.0.1", 0))
        store.bind(("127.0.0.1", 0))
        return {
            "TILLSTREAM_HOME": str(REPORTS / "demo"),
            "TILLSTREAM_SERVING__PORT": str(api.getsockname()[1]),
            "TILLSTREAM_STORE__PORT": str(store.getsockname()[1]),
        }


def vitest_report(name: str) -> tuple[str, ...]:
    """Vitest's options for a report like pytest's, beside what it prints."""
    return "--reporter=default", "--reporter=junit", f"--outputFile.junit={REPORTS / f'{name}.xml'}"


LANES = (
    Lane("check", ("make", "--no-print-directory", "check"), counts_itself=False),
    of_mark("fast", "-n", "2", "--dist", "worksteal"),
    Lane("page", (sys.executable, "scripts/storefront.py", "test", *vitest_report("page"))),
    of_mark("services"),
    of_mark("browser", lacks=no_browser),
    of_mark("kill", "--timeout", "900"),
    of_mark("kafka", "--timeout", "300", lacks=no_engines),
    of_mark("spark", "--timeout", "300", lacks=no_engines),
    of_mark("flink", "--timeout", "300", lacks=no_engines),
    of_mark("data", "--timeout", "900", lacks=no_data, optional=True),
    Lane(
        "demo",
        ("make", "--no-print-directory", "demo", "ONCE=1", f"SCALE={DEMO_SCALE}"),
        counts_itself=False,
        environment=apart,
    ),
)


def counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests in a JUnit report."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314  our own file

    def total(kind: str) -> int:
        return sum(int(suite.get(kind, 0)) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return total("tests") - failed - skipped, failed, skipped


def run(lane: Lane, *, every: bool) -> Outcome:
    """Runs one lane to its end; a lane that ran no test has failed, unless it may be absent."""
    missing = lane.lacks()
    if missing:
        return Outcome(lane.name, failed=int(every and not lane.optional), not_run=missing)
    print(f"\n── {lane.name} " + "─" * (72 - len(lane.name)), flush=True)
    report = REPORTS / f"{lane.name}.xml"
    report.unlink(missing_ok=True)
    begun = time.monotonic()
    code = subprocess.run(lane.command, cwd=ROOT, env={**os.environ, **lane.environment()}).returncode
    seconds = time.monotonic() - begun
    if not lane.counts_itself:
        return Outcome(lane.name, seconds, passed=int(code == 0), failed=int(code != 0))
    passed, failed, skipped = counts(report) if report.exists() else (0, 0, 0)
    if code != 0 and failed == 0:  # broke before or after its tests, or held none
        failed = 1
    return Outcome(lane.name, seconds, passed, failed, skipped)


def summary(outcomes: list[Outcome]) -> str:
    """The table, and the closing line alone on its line."""
    lines = [f"\n{'lane':<10}{'seconds':>9}{'passed':>8}{'failed':>8}{'skipped':>9}"]
    for one in outcomes:
        if one.not_run:
            lines.append(f"{one.lane:<10}  not run: {one.not_run}")
        else:
            lines.append(f"{one.lane:<10}{one.seconds:>9.1f}{one.passed:>8}{one.failed:>8}{one.skipped:>9}")
    passed, failed = sum(one.passed for one in outcomes), sum(one.failed for one in outcomes)
    return "\n".join([*lines, f"\n{passed} passed, {failed} failed"])


def main(names: list[str]) -> int:
    """Runs the named lanes, or all; 0 when nothing failed, 1 otherwise, 2 for a name that is no lane."""
    known = {lane.name: lane for lane in LANES}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no lane {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    every = os.environ.get("TILLSTREAM_EVERY_LANE") == "1"
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = [run(known[name], every=every) for name in names or known]
    print(summary(outcomes), flush=True)
    return 1 if any(one.failed for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
