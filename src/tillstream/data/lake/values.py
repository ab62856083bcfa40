"""Tables of values for readers of other systems: made anew as a whole, unknown to the catalogue."""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

_EMPTY: Final = "empty.parquet"


def replace_values(folder: Path, rows: pa.Table) -> None:
    """The table is these rows from here on, in one commit.

    Some readers, Feast's file store among them, do not read Delta's log but take every Parquet file in the folder. So
    the files of the version before are removed, and a table without rows has a file without rows beside its log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_deltalake(folder, rows, mode="overwrite", schema_mode="overwrite")
    DeltaTable(folder).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    (folder / _EMPTY).unlink(missing_ok=True)
    if not rows.num_rows:
        pq.write_table(rows, folder / _EMPTY)
