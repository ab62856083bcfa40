"""A small pass of `make faults` on Kafka, Spark and Flink: two of them killed in one stack, each in its turn."""

from pathlib import Path

import pytest
from research.faults import trial
from research.faults.catalogue import catalogue

pytestmark = [pytest.mark.flink, pytest.mark.timeout(1_500)]

EVENTS = 2_000


def test_a_killed_lake_job_and_task_manager_lose_nothing_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(trial, "PATIENCE_SECONDS", 600.0)  # how long it takes is not what this asks
    faults = [catalogue()[name] for name in ("kill-lake", "kill-taskmanager")]
    lines = list(trial.try_faults(faults, "distributed", EVENTS, seed=5))
    assert [line.verdict for line in lines] == ["ok", "ok"], lines
    assert [line.events for line in lines] == [EVENTS, EVENTS]
