import subprocess
import sys
from pathlib import Path


def test_every_import_keeps_the_contracts(root: Path) -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    linted = subprocess.run(command, cwd=root, capture_output=True, text=True, env={"NO_COLOR": "1"})
    assert linted.returncode == 0, linted.stdout + linted.stderr
