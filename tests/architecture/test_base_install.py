"""The base install is what Flink's and Airflow's own environments hold: no library of an extra."""

import subprocess
import sys
import tomllib
from pathlib import Path

BLOCK = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}} (not in the base install)", name=name)
sys.meta_path.insert(0, Absent())
"""
IMPORTED_AS = {"scikit-learn": "sklearn", "zstandard": "zstandard", "apache-flink": "pyflink"}


def extras(root: Path) -> set[str]:
    """The names under which the libraries of every extra are imported."""
    declared = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    names = {line.split(">")[0].split("=")[0].split("[")[0] for lines in declared.values() for line in lines}
    return {IMPORTED_AS.get(name, name).replace("-", "_") for name in names}


def run(root: Path, code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    script = BLOCK.format(extras=extras(root)) + code
    return subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)


def test_definitions_and_tiles_can_be_compiled_in_an_engines_own_environment(root: Path, tmp_path: Path) -> None:
    """Nothing that a live engine's worker needs of a definition asks for an extra."""
    names = ("definitions", "readers", "tiles", "updates", "meanings", "engines.embedded.plans")
    done = run(root, "\n".join(f"import tillstream.features.{name}" for name in names), tmp_path)
    assert done.returncode == 0, done.stderr


def test_core_and_the_embedded_log_work_without_any_extra(root: Path, tmp_path: Path) -> None:
    every = """
import importlib, pkgutil, tillstream.core, tillstream.adapters.log, tillstream.data.streaming.logic
for package in (tillstream.core, tillstream.adapters.log, tillstream.data.streaming.logic):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".kafka" not in module.name:
            importlib.import_module(module.name)
"""
    done = run(root, every, tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_command_line_helps_without_any_extra(root: Path, tmp_path: Path) -> None:
    done = run(root, "sys.argv = ['tillstream', '--help']\nfrom tillstream.apps.cli.main import main\nmain()", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


def test_the_demo_names_the_extra_it_lacks(root: Path, tmp_path: Path) -> None:
    demo = "sys.argv = ['tillstream', 'demo', '--once']\nfrom tillstream.apps.cli.main import main\nmain()"
    done = run(root, demo, tmp_path)
    assert done.returncode in {1, 2}
    said = (done.stdout + done.stderr).strip()
    assert "tillstream[embedded]" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1


def test_nothing_happens_at_import(root: Path, tmp_path: Path) -> None:
    """Importing every module of core leaves no thread, no file and no child behind."""
    code = """
import importlib, os, pkgutil, threading, tillstream.core
for module in pkgutil.walk_packages(tillstream.core.__path__, "tillstream.core."):
    importlib.import_module(module.name)
assert threading.active_count() == 1, threading.enumerate()
assert os.listdir(".") == [], os.listdir(".")
"""
    done = run(root, code, tmp_path)
    assert done.returncode == 0, done.stderr
