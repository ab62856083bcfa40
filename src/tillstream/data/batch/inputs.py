"""What a gold table reads: a silver table at one version, by day or as of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.arrow_dataset import ds
from tillstream.data.lake.growing import with_all_columns


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
        offsets: dict[str, dict[int, int]] = {}
        for place, offset in seen.items():
            log_id, _, partition = place.rpartition("/")
            offsets.setdefault(log_id, {})[int(partition)] = offset
        return self._dataset(" AND ".join(filter(None, map(_may_be_beyond, offsets, offsets.values()))) or None)

    def on(self, days: Sequence[date]) -> ds.Dataset:
        """The rows of those days."""
        return self._dataset([("occurred_on", "in", list(days))])

    def days(self) -> set[date]:
        """The days it has rows of."""
        return {date.fromisoformat(part["occurred_on"]) for part in self.delta.partitions()} if self.delta else set()

    def up_to(self, day: date) -> ds.Dataset:
        """The rows of the day and of all before it."""
        return self._dataset([("occurred_on", "<=", day)])

    def _dataset(self, files: str | list[tuple[str, str, Any]] | None) -> ds.Dataset:
        if self.delta is None or (files and not self.delta.file_uris(file_pruning_predicate=files)):
            return ds.dataset(self.schema.empty_table())
        return with_all_columns(self.delta.to_pyarrow_dataset(file_pruning_predicate=files), self.schema)


def _may_be_beyond(log_id: str, offsets: Mapping[int, int]) -> str | None:
    """Holds for every row beyond the offsets of one log, and of a partition not seen yet.

    It is asked of a file's smallest and largest values, so it speaks of a range of partitions; where
    one of that range was never seen there is nothing to leave out.
    """
    low, high = min(offsets), max(offsets)
    if len(offsets) <= high - low:
        return None
    inside = f"log_partition < {low} OR log_partition > {high} OR log_offset >= {min(offsets.values())}"
    return f"(log_id <> '{log_id}' OR {inside})"
