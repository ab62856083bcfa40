"""Writing exports, and finding those that are there."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tillstream.core.errors import NotFound
from tillstream.models.scoring.exports import digest_of, export_folder, read_manifest
from tillstream.models.training.trained import Trained

SHORTEST_PREFIX = 6


@dataclass(frozen=True, slots=True)
class StoredExport:
    """An export on the disk."""

    use_case: str
    digest: str
    manifest: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Counts up from 1 within the use case."""
        return str(self.manifest["version"])


def write_export(models: Path, trained: Trained, created_at: str) -> StoredExport:
    """The export on the disk; the same content twice is one export with its first version and date."""
    use_case = trained.trial.use_case
    manifest: dict[str, Any] = {
        "use_case": use_case,
        "features": [{"name": slot.name, "default": slot.default} for slot in trained.slots],
        "trained_on": dict(trained.trained_on),
        "parameters": dict(trained.parameters),
        "metrics": trained.trial.record(),
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(trained.files.items())},
    }
    digest = digest_of(manifest)
    folder = export_folder(models, use_case, digest)
    if (folder / "manifest.json").exists():
        return StoredExport(use_case, digest, read_manifest(models, use_case, digest))
    versions = [int(export.version) for export in stored_exports(models, use_case)]
    manifest |= {"version": str(max(versions, default=0) + 1), "created_at": created_at}
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made aside and moved into place whole: whoever sees the folder sees all of it.
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    for name, body in trained.files.items():
        (aside / name).write_bytes(body)
    (aside / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
    aside.chmod(0o755)
    try:
        aside.rename(folder)
    except OSError:
        shutil.rmtree(aside)
        if not (folder / "manifest.json").exists():
            raise
    return StoredExport(use_case, digest, manifest)


def stored_exports(models: Path, use_case: str) -> list[StoredExport]:
    """The exports of a use case, oldest first; raises ExportCorrupt for a manifest that was changed."""
    folders = sorted((models / "exports" / use_case).glob("[0-9a-f]*"))
    found = [StoredExport(use_case, f.name, read_manifest(models, use_case, f.name)) for f in folders]
    return sorted(found, key=lambda export: int(export.version))


def find_export(models: Path, use_case: str, which: str) -> StoredExport:
    """The export of that version, or whose digest begins so; raises NotFound with those there are."""
    exports = stored_exports(models, use_case)
    for export in exports:
        if export.version == which or (len(which) >= SHORTEST_PREFIX and export.digest.startswith(which)):
            return export
    known = ", ".join(f"{export.version} ({export.digest[:12]})" for export in exports) or "none"
    raise NotFound(f"{use_case}: no export {which!r}; there are: {known}")
