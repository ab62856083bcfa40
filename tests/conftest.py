"""What every test gets: one lane, a clean environment, and no way out of this machine."""

import ipaddress
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tillstream.core.java import brisk_java

ROOT = Path(__file__).resolve().parent.parent
LANES = ("load", "kill", "data", "browser", "airflow", "flink", "spark", "kafka", "services")
"""From the dearest down: a test's lane is the first of its marks here, `fast` if it has none."""
KEPT = {"TILLSTREAM_DATA", "TILLSTREAM_EVERY_LANE", "TILLSTREAM_CHROMIUM"}
QUIET = {"MPLBACKEND": "Agg", "DO_NOT_TRACK": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "TZ": "UTC"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lane", choices=("fast", *LANES), help="run only the tests of one lane")


def pytest_configure(config: pytest.Config) -> None:
    """The user's own settings must not reach a test, nor a test another machine."""
    for name in [name for name in os.environ if name.startswith("TILLSTREAM_") and name not in KEPT]:
        del os.environ[name]
    os.environ.update(QUIET | brisk_java())
    sys.addaudithook(stay_on_this_machine)
    settings.register_profile(
        "tillstream",
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=60,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("tillstream")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A dear lane reads only the files that name its mark: importing all the others takes longer than some lanes."""
    lane = config.getoption("--lane")
    if lane in (None, "fast") or not collection_path.name.startswith("test_"):
        return None
    return None if names(collection_path, lane) else True


def names(path: Path, lane: str) -> bool:
    """Whether a file holds a lane's mark in its text."""
    return f"mark.{lane}" in path.read_text()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Gives each test exactly one lane, and keeps the lane that was asked for."""
    wanted = config.getoption("--lane")
    kept, others = [], []
    for item in items:
        lane = next((mark for mark in LANES if item.get_closest_marker(mark)), "fast")
        if lane == "fast":
            item.add_marker("fast")
        elif not names(item.path, lane):
            raise pytest.UsageError(f"{item.path}: write `pytest.mark.{lane}` in this file; its lane finds it by that")
        (kept if wanted in (None, lane) else others).append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = kept


def stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses a connection to another machine: what a test needs is on this one."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])
    if host == "localhost" or ((host[:1].isdigit() or ":" in host) and ipaddress.ip_address(host).is_loopback):
        return
    raise ConnectionRefusedError(f"a test reached for {host}; tests talk to loopback only")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of the public logs; only tests marked `data` may ask for it."""
    folder = Path(os.environ.get("TILLSTREAM_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.fail("the public logs are not here; set TILLSTREAM_DATA to their folder, or leave out the data lane")
    return folder


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Debian's Chromium, for Playwright's `executable_path`; only tests marked `browser` may ask for it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("TILLSTREAM_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail("Chromium is not here; `make browsers` installs it, or leave out the browser lane")
    return found


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: an empty folder, so that neither `config/` nor `var/` of the repository is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where this machine has one: for many logs whose place on a disk is not the subject."""
    memory = Path("/dev/shm")  # noqa: S108 - only a place to make a folder of our own
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory, prefix="tillstream-") as folder:
        yield Path(folder)
