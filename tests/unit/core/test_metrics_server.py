import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO

import httpx
import pytest
import structlog

from tillstream.core.telemetry import configure_logging
from tillstream.core.telemetry.metric import Metric, Readings, Sheet
from tillstream.core.telemetry.metrics_server import metrics_served, metrics_url

SETTING = "TILLSTREAM_METRICS__LAKE_PORT"
WAIT_SECONDS = 20.0


@dataclass
class Counts:
    rows: int = 0
    waiting: dict[str, int] | None = None


SHEET: Sheet[Counts] = Sheet(
    (
        Metric("tillstream_lake_rows_total", "Rows.", lambda counts: counts.rows),
        Metric("tillstream_lake_lag_records", "Waiting.", lambda counts: counts.waiting or {}, by="topic"),
    ),
    labels=("engine",),
)


@pytest.fixture
def counts() -> Counts:
    return Counts(3, {"clicks.v1": 5, "orders.v1": 0})


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch):
    stream = StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("lake")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def told(counts: Counts) -> list[Readings[Counts]]:
    return [Readings(SHEET, {("spark",): counts})]


def lines(port: int) -> list[str] | None:
    """The samples; None while nobody answers."""
    try:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    except httpx.HTTPError:
        return None
    return [line for line in text.splitlines() if not line.startswith("#")]


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_what_is_read_is_what_was_counted_until_then(counts: Counts, port: int) -> None:
    with metrics_served(told(counts), port, SETTING):
        wait_for(lambda: lines(port) is not None)
        counts.rows += 4
        assert lines(port) == [
            'tillstream_lake_rows_total{engine="spark"} 7.0',
            'tillstream_lake_lag_records{engine="spark",topic="clicks.v1"} 5.0',
            'tillstream_lake_lag_records{engine="spark",topic="orders.v1"} 0.0',
        ]
        counts.waiting = None
        assert lines(port) == ['tillstream_lake_rows_total{engine="spark"} 7.0']
    wait_for(lambda: lines(port) is None)


def test_a_taken_port_ends_nobody_and_is_the_heirs_once_it_is_free(counts: Counts, port: int, said) -> None:
    with ExitStack() as zombie, ExitStack() as heir:
        zombie.enter_context(metrics_served(told(Counts(1)), port, SETTING))
        wait_for(lambda: lines(port) is not None)
        heir.enter_context(metrics_served(told(counts), port, SETTING, again_seconds=0.05))
        wait_for(lambda: any(one["event"] == "metrics_not_served" for one in said()))
        time.sleep(0.2)  # it asks again in the meantime, and does not say so again
        assert lines(port)[0].endswith(" 1.0")
        zombie.close()
        wait_for(lambda: (lines(port) or [""])[0].endswith(" 3.0"))
    (warning,) = [one for one in said() if one["level"] == "warning"]
    assert (warning["port"], warning["why"]) == (port, "Address already in use")
    assert f"set {SETTING}" in warning["next_step"]


def test_without_a_port_nothing_is_started(counts: Counts) -> None:
    before = set(threading.enumerate())
    with metrics_served(told(counts), 0, SETTING):
        assert set(threading.enumerate()) <= before
    assert metrics_url(0) is None
