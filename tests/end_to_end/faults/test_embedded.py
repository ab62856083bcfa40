"""A small pass of `make faults` on the embedded set: what the other tests of the kill lane do not do."""

from pathlib import Path

import pytest
from research.faults import strikes
from research.faults.catalogue import catalogue
from research.faults.trial import try_fault

pytestmark = [pytest.mark.kill, pytest.mark.timeout(600)]

EVENTS = 3_000
FEED_SECONDS = 10.0


@pytest.mark.parametrize("name", ["freeze-lake", "clock-steps", "full-disk"])
def test_nothing_is_lost_and_nothing_doubled(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strikes, "FREEZE_SECONDS", 5.0)
    monkeypatch.setattr(strikes, "FULL_SECONDS", 4.0)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    line = try_fault(catalogue()[name], "embedded", EVENTS, seed=5, least_seconds=FEED_SECONDS)
    assert line.verdict == "ok", line
    assert line.events == EVENTS
    assert line.recover_seconds is not None
