"""Fetches the JVM engines' jars named in deploy/jars/<engine>/pom.xml into var/jars/<engine>, and prints their sizes.

    python scripts/jars.py            every engine
    python scripts/jars.py kafka      only that one

Exit 2 with one sentence when Java 17 or Maven is missing. Standard library only.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POMS = ROOT / "deploy" / "jars"
JARS = ROOT / "var" / "jars"
JAVA = 17


def java_version() -> int | None:
    """The major version of the `java` on PATH; None without one."""
    if shutil.which("java") is None:
        return None
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else None


def lacking() -> str | None:
    """The sentence that says what to install; None when all is there."""
    version = java_version()
    if version is None or version < JAVA:
        there = "there is none" if version is None else f"this is Java {version}"
        return (
            f"Java {JAVA} or newer is needed for Kafka, Spark and Flink, and {there} (Debian: openjdk-17-jre-headless)"
        )
    if shutil.which("mvn") is None:
        return "Maven is needed to fetch the jars of Kafka, Spark and Flink (Debian: maven)"
    return None


def fetch(engine: str) -> None:
    """Makes var/jars/<engine> hold what the engine's POM names, and nothing else."""
    folder = JARS / engine
    shutil.rmtree(folder, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(POMS / engine / "pom.xml"), "dependency:copy-dependencies"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{engine}: Maven could not fetch the jars:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    jars = list(folder.glob("*.jar"))
    print(f"{engine:<6} {len(jars):>3} jars {sum(jar.stat().st_size for jar in jars) / 2**20:>6.1f} MiB", flush=True)


def main(names: list[str]) -> int:
    """Fetches the named engines' jars, or all."""
    known = sorted(path.parent.name for path in POMS.glob("*/pom.xml"))
    if unknown := set(names) - set(known):
        print(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if missing := lacking():
        print(f"{missing}; the embedded engines need neither", file=sys.stderr)
        return 2
    for name in names or known:
        fetch(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
