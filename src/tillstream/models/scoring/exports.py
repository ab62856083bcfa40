"""Reading an export: the pointer, the manifest, and files whose digests are checked before anything is parsed.

An export lies in `exports/<use_case>/<digest>/`: manifest.json and native files (npy, JSON, LightGBM text).
Its digest is that of the manifest without `version` and `created_at`, and the manifest names each file's
digest: the same data and settings give the same export, wherever and whenever it was trained.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tillstream.core.errors import ExportCorrupt, NotTrained

USE_CASES: Final = ("recommend", "price", "churn", "fraud")
_OUTSIDE_THE_DIGEST: Final = ("version", "created_at")


@dataclass(frozen=True, slots=True)
class Export:
    """A promoted or stored model: what it is, what it reads, and its files."""

    use_case: str
    digest: str
    version: str
    created_at: str
    features: tuple[str, ...]
    """Columns of the matrix a risk scorer reads, in order; none for recommend and price."""
    defaults: tuple[float, ...]
    """What stands for a feature that has no value."""
    trained_on: Mapping[str, Any]
    metrics: Mapping[str, Any]
    files: Mapping[str, bytes]


def digest_of(manifest: Mapping[str, Any]) -> str:
    """The digest that names an export."""
    kept = {name: value for name, value in manifest.items() if name not in _OUTSIDE_THE_DIGEST}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def export_folder(models: Path, use_case: str, digest: str) -> Path:
    """Where an export lies."""
    return models / "exports" / use_case / digest


def serving_digest(models: Path, use_case: str) -> str:
    """The digest the pointer names; raises NotTrained with the reason that is on record."""
    try:
        pointer = json.loads((models / "serving" / f"{use_case}.json").read_bytes())
    except FileNotFoundError:
        raise NotTrained(use_case, why_untrained(models, use_case)) from None
    return str(pointer["digest"])


def why_untrained(models: Path, use_case: str) -> str:
    """Why nothing serves."""
    try:
        return str(json.loads((models / "serving" / f"{use_case}.untrained.json").read_bytes())["why"])
    except FileNotFoundError:
        return f"no model was promoted yet; `tillstream models train {use_case}`"


def read_manifest(models: Path, use_case: str, digest: str) -> dict[str, Any]:
    """The manifest of an export, checked against the digest that names it; raises ExportCorrupt."""
    path = export_folder(models, use_case, digest) / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ExportCorrupt(f"{use_case}: export {digest[:12]} has no readable manifest: {error}") from error
    if (found := digest_of(manifest)) != digest:
        raise ExportCorrupt(f"{use_case}: the manifest of export {digest[:12]} has digest {found[:12]}; train again")
    return manifest


def load_export(models: Path, use_case: str, digest: str | None = None) -> Export:
    """The export that serves, or the one named; raises NotTrained or ExportCorrupt.

    No file is parsed before its digest is the one the manifest names.
    """
    digest = digest or serving_digest(models, use_case)
    manifest = read_manifest(models, use_case, digest)
    folder, files = export_folder(models, use_case, digest), {}
    for name, expected in manifest["files"].items():
        try:
            body = (folder / name).read_bytes()
        except OSError as error:
            raise ExportCorrupt(f"{use_case}: export {digest[:12]}: {name} cannot be read: {error}") from error
        if (found := hashlib.sha256(body).hexdigest()) != expected:
            raise ExportCorrupt(
                f"{use_case}: export {digest[:12]}: {name} has digest {found[:12]}, the manifest says {expected[:12]}"
            )
        files[name] = body
    slots = manifest["features"]
    return Export(
        use_case=use_case,
        digest=digest,
        version=manifest["version"],
        created_at=manifest["created_at"],
        features=tuple(slot["name"] for slot in slots),
        defaults=tuple(math.nan if slot["default"] is None else float(slot["default"]) for slot in slots),
        trained_on=manifest["trained_on"],
        metrics=manifest["metrics"],
        files=files,
    )
