"""Python reads this at its start where PYTHONPATH names this folder: the wall clock gains an offset from a file.

What `time.time` and `time.time_ns` say moves; `datetime.now`, the monotonic clock, other programs' clocks do not.
"""

import os
import time

_PATH = os.environ.get("TILLSTREAM_FAULTS_CLOCK")
_LOOK_SECONDS = 0.05


class _Stepped:
    """The true clock and the offset, looked up a few times a second."""

    def __init__(self, path: str) -> None:
        self._path, self._time, self._ns = path, time.time, time.time_ns
        self._looked_at, self._offset_ns = float("-inf"), 0

    def _offset(self) -> int:
        now = time.monotonic()
        if now - self._looked_at > _LOOK_SECONDS:
            self._looked_at = now
            with open(self._path) as file:  # noqa: PTH123  pathlib would be imported by every process
                self._offset_ns = int(float(file.read()) * 1e9)
        return self._offset_ns

    def time(self) -> float:
        return self._time() + self._offset() / 1e9

    def time_ns(self) -> int:
        return self._ns() + self._offset()


if _PATH and os.path.exists(_PATH):  # noqa: PTH110
    _stepped = _Stepped(_PATH)
    time.time, time.time_ns = _stepped.time, _stepped.time_ns
