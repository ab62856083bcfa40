import subprocess
import sys

import pytest

from tillstream.core.imports import kept_out


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_a_package_is_absent_in_the_block_and_there_after_it():
    code = """
import sys
from tillstream.core.imports import kept_out
with kept_out("colorsys"):
    try:
        import colorsys
    except ImportError as error:
        print(error)
import colorsys
print("colorsys" in sys.modules)
"""
    assert run(code).splitlines() == ["colorsys is kept out here", "True"]


def test_nothing_stays_behind_when_the_block_fails():
    before = list(sys.meta_path)
    with pytest.raises(ZeroDivisionError), kept_out("colorsys"):
        _ = 1 / 0
    assert sys.meta_path == before


def test_the_lake_loads_no_pandas():
    code = """
import sys, pyarrow
import tillstream.data.batch.changes
pyarrow.scalar(1)
print("pandas" in sys.modules)
"""
    assert run(code) == "False"
