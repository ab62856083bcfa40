"""A small pass of `make faults` on Kafka, Spark and Flink: the lake's job is killed, the other readers go on."""

from pathlib import Path

import pytest
from research.faults import trial
from research.faults.catalogue import catalogue

pytestmark = [pytest.mark.flink, pytest.mark.timeout(1_500)]

EVENTS = 2_000


def test_a_killed_lake_job_loses_nothing_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(trial, "PATIENCE_SECONDS", 600.0)  # how long it takes is not what this asks
    line = trial.try_fault(catalogue()["kill-lake"], "distributed", EVENTS, seed=5)
    assert line.verdict == "ok", line
    assert line.events == EVENTS
