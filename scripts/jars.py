"""Fetches the JVM engines' jars named in deploy/jars/<engine>/pom.xml into var/jars/<engine>, and prints their sizes.

Where a POM names sources of ours they are compiled to a jar there, too.

    python scripts/jars.py            every engine
    python scripts/jars.py kafka      only that one

Exit 2 with one sentence when a JDK of Java 17 or Maven is missing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tillstream.core.java import JAVA, java_lacking

ROOT = Path(__file__).resolve().parent.parent
POMS = ROOT / "deploy" / "jars"
JARS = ROOT / "var" / "jars"
BUILD = ROOT / "var" / "build"


def lacking() -> str | None:
    """The sentence that says what to install; None when all is there."""
    if there := java_lacking() or javac_lacking():
        return (
            f"A JDK of Java {JAVA} or newer is needed for Kafka, Spark and Flink, and {there}; "
            "install it (Debian: openjdk-17-jdk-headless), or use TILLSTREAM_ENGINES__SET=embedded, which needs none"
        )
    if shutil.which("mvn") is None:
        return (
            "Maven is needed to fetch the jars of Kafka, Spark and Flink, and there is none on PATH; "
            "install it (Debian: maven), or use TILLSTREAM_ENGINES__SET=embedded, which needs none"
        )
    return None


def javac_lacking() -> str | None:
    """What is wrong with the compiler; Maven looks in JAVA_HOME first."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("javac", path=f"{home}/bin") if home else shutil.which("javac")
    return None if found else f"there is no javac {f'in {home}/bin' if home else 'on PATH'}"


def fetch(engine: str) -> None:
    """Makes var/jars/<engine> hold what the engine's POM names, and nothing else."""
    folder = JARS / engine
    for made in (folder, BUILD / engine):
        shutil.rmtree(made, ignore_errors=True)
    pom = POMS / engine / "pom.xml"
    compiling = ("compiler:compile", "jar:jar") if "<sourceDirectory>" in pom.read_text() else ()
    command = ["mvn", "-q", "-B", "-f", str(pom), *compiling, "dependency:copy-dependencies"]
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
        print(missing, file=sys.stderr)
        return 2
    for name in names or known:
        fetch(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
