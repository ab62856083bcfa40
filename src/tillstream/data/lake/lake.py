"""Reading the lake."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from tillstream.data.lake.arrow_dataset import ds
from tillstream.data.lake.catalog import definition_of, table_names
from tillstream.data.lake.growing import with_all_columns


class Lake:
    """The tables under one folder, by name (`silver.clicks`); each call sees the newest version.

    A table that nobody has written to yet is empty, with its columns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def folder(self, name: str) -> Path:
        """Where the table lies; raises UnknownTable."""
        definition = definition_of(name)
        return self.path / definition.layer / definition.entity

    def exists(self, name: str) -> bool:
        """Whether the table has been written to."""
        return (self.folder(name) / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(self.folder(name)))

    def tables(self) -> tuple[str, ...]:
        """The tables that exist."""
        return tuple(name for name in table_names() if self.exists(name))

    def delta(self, name: str) -> DeltaTable:
        """The Delta table, which must exist."""
        return DeltaTable(self.folder(name))

    def version(self, name: str) -> int | None:
        """The table's newest version; None before the first write."""
        return self.delta(name).version() if self.exists(name) else None

    def dataset(self, name: str) -> ds.Dataset:
        """The table as it is now, to be scanned by column, filter and batch."""
        if self.exists(name):
            return with_all_columns(self.delta(name).to_pyarrow_dataset(), definition_of(name).schema)
        return ds.dataset(definition_of(name).schema.empty_table())

    def arrow(self, name: str, columns: Sequence[str] | None = None, where: Any = None) -> pa.Table:
        """Rows for which the pyarrow expression `where` holds, in no order."""
        wanted = list(columns) if columns is not None else definition_of(name).schema.names
        return self.dataset(name).to_table(columns=wanted, filter=where)
