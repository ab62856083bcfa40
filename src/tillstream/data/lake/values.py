"""Tables of values for readers of other systems: made anew as a whole, unknown to the catalogue."""

from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake


def replace_values(folder: Path, rows: pa.Table) -> None:
    """The table is these rows from here on, in one commit.

    The files of the version before are removed: some readers, Feast's file store among them, do not read Delta's log
    but take every Parquet file in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_deltalake(folder, rows, mode="overwrite", schema_mode="overwrite")
    DeltaTable(folder).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
