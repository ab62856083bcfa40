"""What a gold table reads: a silver table at one version, by day or as of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.arrow_dataset import ds


@dataclass(frozen=True, slots=True)
class Input:
    """A silver table at one version; empty if nobody has written to it."""

    delta: DeltaTable | None
    schema: pa.Schema

    @classmethod
    def open(cls, lake: Lake, entity: str) -> "Input":
        """The table's newest version, which then stays."""
        name = f"silver.{entity}"
        return cls(lake.delta(name) if lake.exists(name) else None, definition_of(name).schema)

    def with_rows_beyond(self, seen: Mapping[str, int]) -> ds.Dataset:
        """At least the rows at or after those places; whole files before them are left out."""
        first: dict[str, int] = {}
        for place, offset in seen.items():
            log_id = place.rpartition("/")[0]
            first[log_id] = min(first.get(log_id, offset), offset)
        beyond = [f"(log_id <> '{log_id}' OR log_offset >= {offset})" for log_id, offset in first.items()]
        return self._dataset(" AND ".join(beyond) or None)

    def on(self, days: Sequence[date]) -> ds.Dataset:
        """The rows of those days."""
        return self._dataset([("occurred_on", "in", list(days))])

    def up_to(self, day: date) -> ds.Dataset:
        """The rows of the day and of all before it."""
        return self._dataset([("occurred_on", "<=", day)])

    def _dataset(self, files: str | list[tuple[str, str, Any]] | None) -> ds.Dataset:
        if self.delta is None or (files and not self.delta.file_uris(file_pruning_predicate=files)):
            return ds.dataset(self.schema.empty_table())
        return self.delta.to_pyarrow_dataset(file_pruning_predicate=files)
