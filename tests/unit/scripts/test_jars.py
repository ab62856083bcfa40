"""`make engines` on a machine that lacks Java or Maven."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """A checkout after `make setup`, and a folder `bin` that is all of PATH."""
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(root / name, tmp_path / name)
    shutil.copytree(root / "deploy" / "jars", tmp_path / "deploy" / "jars")
    (tmp_path / "scripts").mkdir()
    shutil.copy(root / "scripts" / "jars.py", tmp_path / "scripts")
    for done in ("var/tools/bin/uv", ".venv/.synced"):
        (tmp_path / done).parent.mkdir(parents=True)
        (tmp_path / done).touch()
    program(tmp_path / ".venv" / "bin" / "python", f'exec {sys.executable} "$@"')
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bash").symlink_to(shutil.which("bash") or "")
    return tmp_path


def program(path: Path, line: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def make_engines(clone: Path) -> str:
    """The sentence it ended with, without make's own last line."""
    make = shutil.which("make") or ""
    path = {"PATH": str(clone / "bin")}
    done = subprocess.run([make, "engines", "PYTHON=python3"], cwd=clone, env=path, capture_output=True, text=True)
    assert done.returncode == 2
    assert not (clone / "var" / "jars" / ".fetched").exists()
    sentence, _, rest = done.stderr.partition("\n")
    assert rest.startswith("make: ***")
    assert len(rest.splitlines()) == 1
    assert "TILLSTREAM_ENGINES__SET=embedded" in sentence
    return sentence


def test_no_java(clone: Path) -> None:
    assert "there is none on PATH; install it (Debian: openjdk-17-jdk-headless)" in make_engines(clone)


def test_an_old_java(clone: Path) -> None:
    program(clone / "bin" / "java", "echo 'openjdk version \"11.0.20\"' >&2")
    assert "this is Java 11" in make_engines(clone)


def test_a_java_without_its_compiler(clone: Path) -> None:
    program(clone / "bin" / "java", "echo 'openjdk version \"17.0.15\"' >&2")
    assert "there is no javac on PATH" in make_engines(clone)


def test_no_maven(clone: Path) -> None:
    program(clone / "bin" / "java", "echo 'openjdk version \"17.0.15\"' >&2")
    program(clone / "bin" / "javac", "true")
    assert "Debian: maven" in make_engines(clone)
