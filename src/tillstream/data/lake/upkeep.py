"""Keeping tables small: few files, few log entries, no leftovers.

Bounds are counts, not ages, so that they hold at any rate of commits.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, WriterProperties
from deltalake.exceptions import CommitFailedError

from tillstream.core.telemetry import logger
from tillstream.data.lake.catalog import definition_of
from tillstream.data.lake.lake import Lake
from tillstream.data.lake.rewriting import turn_to_rewrite
from tillstream.data.lake.writing import REMOVED_FILES_HOURS

KEEP_VERSIONS: Final = 400
"""Versions that can still be read and that `history` shows; the log holds little more than these."""
TARGET_FILE_BYTES: Final = 64 * 2**20
_ENTRY = re.compile(r"^(\d{20})\.(json|checkpoint\.parquet|crc)$")
_PACKED = WriterProperties(compression="ZSTD", compression_level=3)
_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)
_LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class Compacted:
    """Files before and after, log entries deleted."""

    files_removed: int
    files_added: int
    entries_deleted: int


class Upkeep:
    """Counts commits of each entity's tables and compacts them when it is time. Not for several threads."""

    def __init__(self, lake: Lake, *, compact_after_commits: int, keep_versions: int = KEEP_VERSIONS) -> None:
        self._lake, self._every, self._keep_versions = lake, compact_after_commits, keep_versions
        self._commits: dict[str, int] = {}

    def after_commits(self, entities: Sequence[str]) -> None:
        """Called once a batch with the entities whose tables it wrote."""
        for entity in entities:
            self._commits[entity] = self._commits.get(entity, 0) + 1
            if self._commits[entity] >= self._every:
                self._commits[entity] = 0
                compact(self._lake, f"bronze.{entity}", keep_versions=self._keep_versions)
                compact(self._lake, f"silver.{entity}", keep_versions=self._keep_versions)


def compact(lake: Lake, name: str, *, keep_versions: int = KEEP_VERSIONS) -> Compacted:
    """Merges small files within each day and deletes log entries that no kept version needs.

    If another process rewrites the same table at the same time, this one leaves the files to it.
    """
    removed = added = 0
    with turn_to_rewrite(lake, name) as ours, suppress(CommitFailedError):
        if ours:
            done = lake.delta(name).optimize.compact(
                target_size=TARGET_FILE_BYTES, writer_properties=_PACKED, post_commithook_properties=_HOOKS
            )
            removed, added = done["numFilesRemoved"], done["numFilesAdded"]
    deleted = trim_log(lake, name, keep_versions=keep_versions)
    if removed:
        _LOG.info("table_compacted", table=name, files_removed=removed, files_added=added, entries_deleted=deleted)
    return Compacted(removed, added, deleted)


def trim_log(lake: Lake, name: str, *, keep_versions: int = KEEP_VERSIONS) -> int:
    """Deletes log entries before the newest checkpoint that leaves `keep_versions`; how many."""
    folder = lake.folder(name) / "_delta_log"
    entries = sorted((int(m[1]), m[2], path) for path in folder.iterdir() if (m := _ENTRY.match(path.name)))
    if not entries:
        return 0
    newest = entries[-1][0]
    checkpoints = [version for version, kind, _ in entries if kind == "checkpoint.parquet"]
    oldest_kept = max((version for version in checkpoints if version <= newest - keep_versions), default=0)
    # Oldest first: a reader that finds version n finds all after it.
    doomed = [path for version, _, path in entries if version < oldest_kept]
    for path in doomed:
        path.unlink(missing_ok=True)
    return len(doomed)


def vacuum(lake: Lake, name: str, *, hours: int = REMOVED_FILES_HOURS) -> int:
    """Deletes data files that no version has named for `hours`, also those of writers that were killed."""
    delta = lake.delta(name)
    deleted = delta.vacuum(
        retention_hours=hours,
        dry_run=False,
        enforce_retention_duration=False,
        full=True,
        post_commithook_properties=_HOOKS,
    )
    return len(deleted)


def delete_days_before(lake: Lake, name: str, first_kept: date) -> int:
    """Deletes whole days; rows deleted. The files go with the next vacuum."""
    partition = definition_of(name).partition
    delta = lake.delta(name)
    if not _has_days_before(delta, first_kept):
        return 0
    done = delta.delete(
        f"{partition} < '{first_kept.isoformat()}'",
        commit_properties=CommitProperties(custom_metadata={"why": "retention"}),
        post_commithook_properties=_HOOKS,
    )
    rows: int = done.get("num_deleted_rows") or 0
    return rows


def _has_days_before(delta: DeltaTable, first_kept: date) -> bool:
    return any(day < first_kept.isoformat() for found in delta.partitions() for day in found.values() if day)
