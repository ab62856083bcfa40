import os
import shutil
import subprocess
from pathlib import Path

import pytest


def make(folder: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    environment["PATH"] = path or environment["PATH"]
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(root / name, tmp_path / name)
    (tmp_path / "scripts").mkdir()
    shutil.copy(root / "scripts" / "storefront.py", tmp_path / "scripts")
    return tmp_path


def test_help_lists_each_target_with_its_sentence(clone: Path) -> None:
    helped = make(clone)
    assert helped.returncode == 0
    assert "  make demo " in helped.stdout
    assert all(len(line.split()) > 3 for line in helped.stdout.splitlines())


def test_a_missing_python_is_one_sentence_and_misuse(clone: Path) -> None:
    done = make(clone, "setup", "PYTHON=")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Python 3.11, 3.12 or 3.13" in done.stderr


def test_demo_hands_its_options_over(clone: Path) -> None:
    options = ("SCALE=0.5", "KEEP=1", "ONCE=1", "REPLAY=tafeng", "MAPPING=m.toml")
    said = make(clone, "--dry-run", "demo", *options, "PYTHON=python3").stdout
    assert "demo --scale 0.5 --keep --once" in said
    assert "--replay tafeng --mapping m.toml" in said


def test_a_release_needs_its_section_in_the_change_notes(clone: Path) -> None:
    (clone / "CHANGELOG.md").write_text("# Changelog\n\n## [0.1.0]\n")
    recipe = [line for line in (clone / "Makefile").read_text().splitlines() if "CHANGELOG.md has no section" in line]
    command = recipe[0].lstrip("\t@").replace("$(VERSION)", "0.2.0")
    refused = subprocess.run(["bash", "-c", command], cwd=clone, capture_output=True, text=True)
    assert (refused.returncode, refused.stdout.strip()) == (2, "CHANGELOG.md has no section [0.2.0]")
