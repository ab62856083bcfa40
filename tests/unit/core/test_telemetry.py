import errno
import io
import json
import sys
from pathlib import Path

import pytest
import structlog

from tillstream.core.telemetry import configure_logging, logger
from tillstream.core.telemetry.heartbeat import Heartbeat


class Full(io.StringIO):
    """A stream on a disk that may be full; it keeps what it took."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_line_that_the_disk_does_not_take_ends_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Full()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("test")
    logger("test").warning("batch_dropped")
    stream.full = False
    logger("test").warning("batch_landed")
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["batch_landed"]


def test_a_sign_of_life_that_cannot_be_written_ends_nobody(tmp_path: Path) -> None:
    path = tmp_path / "beats" / "lake.json"
    path.parent.write_text("a file where a folder should be")
    beat = Heartbeat(path, every_seconds=0.0)
    beat.beat()
    path.parent.unlink()
    beat.beat(batches=3)
    assert json.loads(path.read_text())["batches"] == 3
