import re
import statistics
import subprocess
from pathlib import Path

import pytest
from tests.architecture.source import PACKAGE, Module, modules, packages

LINES_AT_MOST = 400
MEDIAN_UNDER = 120
BYTES_AT_MOST = 1_000_000
BANNED = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "shared", "info", "data"}
CARD = ("In:", "Out:", "See:")
TIME_CARD = ("Late:", "Twice:")
# Written so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(["/wor" + "k/", "/ro" + "ot/", "/ho" + r"me/\w+/", "/Use" + r"rs/\w+/"]))


def tracked(root: Path, *patterns: str) -> list[Path]:
    """What git keeps, or would keep: committed and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [path for path in map(root.joinpath, listed.splitlines()) if path.is_file()]


def test_a_file_is_one_idea_of_at_most_400_lines(root: Path) -> None:
    files = tracked(root, "src/*.py", "tests/*.py", "scripts/*.py", "research/*.py", "storefront/src/*", "*.java")
    texts = {path: path.read_text() for path in files if path.suffix in {".py", ".java", ".ts", ".tsx", ".css"}}
    written = {path: text for path, text in texts.items() if "generated" not in text[:200].lower()}
    lines = {str(path.relative_to(root)): len(text.splitlines()) for path, text in written.items()}
    assert {name: count for name, count in lines.items() if count > LINES_AT_MOST} == {}


def test_half_of_the_files_are_under_120_lines() -> None:
    assert statistics.median(module.lines for module in modules()) < MEDIAN_UNDER


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = [m.name for m in modules() if m.name.rpartition(".")[2] in BANNED and m.name != "tillstream.data"]
    assert drawers == []


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.name)
def test_a_package_opens_with_its_card(package: Module) -> None:
    lines = package.docstring().splitlines()
    if package.name == "tillstream":
        assert lines, "src/tillstream/__init__.py needs its sentence"
        return
    layer = package.name.split(".")[1]
    wanted = CARD + (TIME_CARD if layer in {"data", "features"} else ())
    missing = [word for word in wanted if not any(re.search(rf"(^|\s){word}", line) for line in lines)]
    assert missing == [], f"{package.path}: its card says In, Out, See (in data and features also Late and Twice)"


def test_a_package_holds_running_code() -> None:
    """Each folder has Python of its own below it, and each folder of Python is a package."""
    without_code, without_init = [], []
    for folder in [PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir() and path.name != "__pycache__")]:
        python = [path for path in folder.rglob("*.py") if path.read_text().strip()]
        if (folder / "__init__.py").exists():
            defines = [path for path in python if path.name != "__init__.py" or "def " in path.read_text()]
            if not defines:
                without_code.append(str(folder.relative_to(PACKAGE)))
        elif python:
            without_init.append(str(folder.relative_to(PACKAGE)))
    assert (without_code, without_init) == ([], [])


def test_no_file_names_a_place_on_one_machine(root: Path) -> None:
    suffixes = {".lock", ".png", ".webp", ".ico", ".woff2"}
    found = []
    for path in tracked(root):
        if path.suffix in suffixes or path.name == "package-lock.json":
            continue
        text = path.read_text(errors="replace")
        found += [f"{path.relative_to(root)}: {match.group()}" for match in MACHINE_PATHS.finditer(text)]
    assert found == []


def test_no_data_is_committed(root: Path) -> None:
    large = [str(path.relative_to(root)) for path in tracked(root) if path.stat().st_size > BYTES_AT_MOST]
    assert large == []
