"""Which export serves: a small file that is replaced whole, and watched by the API."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tillstream.models.registry.exports import StoredExport
from tillstream.models.scoring.exports import load_export


def promote(models: Path, export: StoredExport, promoted_at: str) -> None:
    """Moves the pointer to the export; raises ExportCorrupt before that if a file of it was changed."""
    load_export(models, export.use_case, export.digest)
    pointer = {"digest": export.digest, "version": export.version, "promoted_at": promoted_at}
    _replace(models / "serving" / f"{export.use_case}.json", pointer)
    (models / "serving" / f"{export.use_case}.untrained.json").unlink(missing_ok=True)


def mark_untrained(models: Path, use_case: str, why: str) -> None:
    """Puts on record why nothing serves; a model that serves already goes on."""
    if not (models / "serving" / f"{use_case}.json").exists():
        _replace(models / "serving" / f"{use_case}.untrained.json", {"why": why})


def _replace(path: Path, record: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(handle, "w") as out:
        json.dump(record, out)
        out.flush()
        os.fsync(out.fileno())
    aside = Path(name)
    aside.chmod(0o644)
    aside.replace(path)
