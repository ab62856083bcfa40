"""A log and a lake in a temporary folder, and the worker between them."""

from collections.abc import Callable

import pytest

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import LakeSettings
from tillstream.data.lake import Lake
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.totals import Totals


@pytest.fixture
def log(tmp_path):
    with_log = SqliteLog(tmp_path / "log")
    yield with_log
    with_log.close()


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


@pytest.fixture
def catch_up(log, lake) -> Callable[..., Totals]:
    """Runs a worker of a few topics until nothing is left to read."""

    def run(*topics: str, **settings: float) -> Totals:
        worker = LakeWorker(log, lake, LakeSettings(**settings), topics=topics or ("clicks.v1", "dead_letters.v1"))
        return worker.run(lambda: False, until_caught_up=True)

    return run
