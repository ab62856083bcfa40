"""What lies in the lake: rows, files, bytes, versions, history."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tillstream.data.lake.lake import Lake


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table as it is now; `bytes` are of live files, `disk_bytes` of all files in its folder."""

    name: str
    rows: int
    days: int
    files: int
    bytes: int
    disk_bytes: int
    log_entries: int
    version: int


def table_size(lake: Lake, name: str) -> TableSize:
    """Counts from Delta's log, without reading rows."""
    delta, folder = lake.delta(name), lake.folder(name)
    live = pa.table(delta.get_add_actions(flatten=True))
    on_disk = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return TableSize(
        name=name,
        rows=delta.count(),
        days=len(delta.partitions()),
        files=live.num_rows,
        bytes=pc.sum(live["size_bytes"]).as_py() or 0,
        disk_bytes=sum(on_disk),
        log_entries=sum(1 for _ in (folder / "_delta_log").iterdir()),
        version=delta.version(),
    )


def history(lake: Lake, name: str, limit: int) -> list[dict[str, Any]]:
    """The newest commits that the log still has: version, when, what, rows and files."""
    commits = []
    for commit in lake.delta(name).history(limit):
        metrics = commit.get("operationMetrics") or {}
        commits.append(
            {
                "version": commit["version"],
                "at": datetime.fromtimestamp(commit["timestamp"] / 1000, UTC).isoformat(timespec="milliseconds"),
                "operation": commit["operation"],
                "rows_added": metrics.get("num_added_rows"),
                "files_added": metrics.get("num_added_files", metrics.get("numFilesAdded")),
                "files_removed": metrics.get("num_removed_files", metrics.get("numFilesRemoved")),
            }
        )
    return commits
