"""A small pass of `make conformance`: one log through SQLite and Python, and through Kafka, Spark and Flink."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.flink, pytest.mark.timeout(1_500)]


def test_either_set_makes_the_same_tables_and_decisions(root: Path, tmp_path: Path) -> None:
    words = ("--events", "3000", "--decisions", "20", "--folder", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "research.conformance", *words], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3_000:]}"
    tables, differing, decisions = map(int, re.findall(r"=(\d+)", done.stdout.splitlines()[-1]))
    assert differing == 0
    assert tables >= 24
    assert decisions >= 20
