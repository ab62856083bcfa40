"""What is generated in the storefront, against what it is generated from."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("client:check", "its types are those of docs/reference/openapi.json"),
        ("pictures:check", "its pictures are those that the seeded script draws"),
    ],
)
def test_what_is_generated_is_current(root: Path, script: str, sentence: str) -> None:
    ran = subprocess.run(
        [sys.executable, "scripts/storefront.py", script], cwd=root, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, f"not so: {sentence}\n{ran.stdout}\n{ran.stderr}"
