"""Two processes push the same keys at once, one of them older values; how often is an older one left?

Example: python -m research.pushes --writes 1000000
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from research.homes import Home, stack

ROOT = Path(__file__).resolve().parents[2]
FEAST = ROOT / "var" / "env" / "feast" / "bin" / "python"
WRITERS = ("tillstream", "redis")


def main() -> int:
    """Prints a line a writer; 1 when ours left an older value."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writes", type=int, default=1_000_000, help="by both processes together, for each writer")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    subprocess.run(["make", "--no-print-directory", "setup", "FEAST=1"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory(prefix="tillstream-pushes-") as folder:
        home = Home(Path(folder), "embedded")
        with stack(home, only=["valkey"]):
            regressions = race(home, options.writes, options.seed)
    print(f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}")
    return int(regressions["tillstream"] > 0)


def race(home: Home, writes: int, seed: int) -> dict[str, int]:
    """The race of each writer in Feast's environment, on one store; prints and gives how often each lost."""
    found = {}
    words = (str(home.ports["store"]), str(home.path), str(writes), str(seed), *WRITERS)
    command = [str(FEAST), "-m", "research.pushes.race", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - asked for
        for line in process.stdout:
            told = json.loads(line)
            rate = told["writes"] / told["seconds"]
            print(f"{told['writer']:<11} {told['regressions']:>8,} regressions of {told['writes']:,} writes, ", end="")
            print(f"{rate:,.0f} writes/s with their checks", flush=True)
            found[told["writer"]] = told["regressions"]
    return found


if __name__ == "__main__":
    sys.exit(main())
