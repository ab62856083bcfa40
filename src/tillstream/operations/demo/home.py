"""The home of a demo: what a second run throws away, and what it never touches."""

import json
import shutil
import time
from pathlib import Path
from typing import Final

from tillstream.core.errors import ServiceError
from tillstream.core.settings.moved import FILE as MOVED

OURS: Final = (
    "log", "lake", "features", "models", "mlflow", "spool", "store", "stack", "logs", "repairs", "replays",
    "world", "world.json", "truth", "kafka", "spark", "flink", "streaming",
)  # fmt: skip
"""What the platform itself keeps under a home."""
_MARKER: Final = "demo.json"


def start_afresh(home: Path) -> list[str]:
    """Throws away what an earlier demo left, and marks the home as a demo's; the names of what was thrown away.

    Raises ServiceError where there is a log or a lake that no demo made, or that a move has taken to other engines.
    """
    if (home / MOVED).exists():
        raise ServiceError(
            f"{home} was moved to another engine set, and a demo starts afresh: use --keep, remove the folder, "
            "or name another by TILLSTREAM_HOME"
        )
    there = [name for name in OURS if (home / name).exists()]
    if there and not (home / _MARKER).exists():
        raise ServiceError(
            f"{home} holds {', '.join(there)} that no demo made, and a demo starts afresh: "
            "use --keep, or another folder by TILLSTREAM_HOME"
        )
    for name in there:
        (home / name).unlink() if (home / name).is_file() else shutil.rmtree(home / name)
    home.mkdir(parents=True, exist_ok=True)
    (home / _MARKER).write_text(json.dumps({"begun_at": time.time()}))
    return there


def disk_bytes(home: Path) -> int:
    """What the platform's files take on disk."""
    ours = [*(home / name for name in OURS), *home.glob("log-*")]
    return sum(_blocks(path) for place in ours for path in (place, *place.rglob("*")))


def _blocks(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except FileNotFoundError:  # compacted meanwhile
        return 0
