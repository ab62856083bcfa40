"""A small pass of `make faults` with the log on Kafka and the embedded workers: the broker is killed three times."""

from pathlib import Path

import pytest
from research.faults.catalogue import catalogue
from research.faults.trial import try_fault

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


def test_a_killed_broker_loses_nothing_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    line = try_fault(catalogue()["kill-kafka"], "kafka", 3_000, seed=5, least_seconds=10.0)
    assert line.verdict == "ok", line
    assert line.events == 3_000
