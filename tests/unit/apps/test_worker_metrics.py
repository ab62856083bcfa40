import socket
import threading
import time
from pathlib import Path

import httpx
import pytest
from tests.shop import shop_records

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.worker_metrics import Measured, measured
from tillstream.core.settings import MetricsSettings, Settings
from tillstream.data.streaming.totals import METRICS, Totals

TOPICS = ("clicks.v1", "orders.v1")
CLICKS = sum(topic == "clicks.v1" for topic, _ in shop_records())
ONE = Measured(Totals(silver_rows=7), "lake", TOPICS, ("embedded",))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return Settings(home=tmp_path, metrics=MetricsSettings(lake_port=port))


def samples(settings: Settings) -> dict[str, float]:
    """What is read, once somebody answers."""
    until = time.monotonic() + 20
    while True:
        try:
            text = httpx.get(f"http://127.0.0.1:{settings.metrics.lake_port}/metrics", trust_env=False).text
        except httpx.ConnectError:
            assert time.monotonic() < until
            time.sleep(0.02)
            continue
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


def lag(found: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in found.items() if "_lag_" in name}


def test_what_a_group_never_committed_is_before_it(settings: Settings) -> None:
    log = SqliteLog(settings.log_path)
    log.append("clicks.v1", [record for topic, record in shop_records() if topic == "clicks.v1"])
    with measured(settings, "lake", METRICS, [ONE], serve=True):
        found = samples(settings)
    log.close()
    assert lag(found) == {
        'tillstream_lake_lag_records{engine="embedded",topic="clicks.v1"}': CLICKS,
        'tillstream_lake_lag_records{engine="embedded",topic="orders.v1"}': 0.0,
    }


def test_a_log_that_does_not_answer_takes_only_the_lag_away(settings: Settings) -> None:
    settings.log_path.write_text("a file where a folder should be")
    with measured(settings, "lake", METRICS, [ONE], serve=True):
        found = samples(settings)
    assert found['tillstream_lake_silver_rows_total{engine="embedded"}'] == 7.0
    assert lag(found) == {}


def test_a_run_that_tells_its_totals_at_its_end_is_not_read(settings: Settings) -> None:
    before = set(threading.enumerate())
    with measured(settings, "lake", METRICS, [ONE], serve=False):
        assert set(threading.enumerate()) <= before
