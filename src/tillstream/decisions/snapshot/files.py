"""Names of a snapshot's files and the atomic swap from one to the next."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

CURRENT: Final = "current.json"
MANIFEST: Final = "manifest.json"
SEARCH: Final = "search.db"
PRODUCTS: Final = "products.jsonl"
KEEP: Final = 2
"""The serving snapshot and the one before it: a process may still be opening that."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds and from when."""

    snapshot_id: str
    made_at_us: int
    products: int
    categories: list[str]
    tastes: int
    churn_scores: int
    churn_model: str | None = None
    churn_scored_at_us: int | None = None


def current_id(folder: Path) -> str | None:
    """The id of the snapshot that should serve; None where there is none yet."""
    try:
        found = json.loads((folder / CURRENT).read_bytes())
    except FileNotFoundError:
        return None
    return str(found["snapshot_id"])


@contextmanager
def new_snapshot(folder: Path, snapshot_id: str) -> Iterator[Path]:
    """A folder to fill; becomes the current snapshot at exit, or vanishes after an error."""
    folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".making-", dir=folder))
    try:
        yield staging
        staging.chmod(0o755)
        staging.rename(folder / snapshot_id)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    write_atomically(folder / CURRENT, {"snapshot_id": snapshot_id})
    _forget(folder, snapshot_id)


def write_atomically(path: Path, value: Any) -> None:
    """JSON under `path`: readers see the whole old or the whole new, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(json.dumps(value).encode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _forget(folder: Path, current: str) -> None:
    held = sorted((p for p in folder.iterdir() if (p / MANIFEST).exists()), key=lambda p: p.stat().st_mtime)
    others = [p for p in held if p.name != current]
    for old in others[: max(len(others) - (KEEP - 1), 0)]:
        shutil.rmtree(old, ignore_errors=True)
