"""Writing a table so that a repeated write changes nothing.

Each commit names, per log partition, the offset after the last row it covers, as a Delta
transaction: application `<log id>/<topic>/<partition>`, version = that offset. The writer reads
these before it writes; Delta refuses the commit if another writer has moved one of them since.
"""

from collections.abc import Mapping

import pyarrow as pa
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError

from tillstream.data.lake.catalog import TableDefinition
from tillstream.data.lake.errors import CommitConflict
from tillstream.data.lake.growing import add_columns
from tillstream.data.lake.lake import Lake

CHECKPOINT_COMMITS = 20
"""Commits between checkpoints: a reader replays at most this many small log files."""

REMOVED_FILES_HOURS = 1
"""How long a file that no version names any more stays for those who still read an older version."""

_SKIPPED_BY = ("occurred_at", "received_at", "log_id", "log_partition", "log_offset")
HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)


class TableWriter:
    """Appends to one table; not for several threads at once."""

    def __init__(self, lake: Lake, definition: TableDefinition, properties: WriterProperties) -> None:
        self.definition = definition
        self._folder = lake.folder(definition.name)
        self._properties = properties
        self.delta = open_or_create(lake, definition)

    def refresh(self) -> None:
        """Sees what other writers committed; positions read after this hold for the next append."""
        log, version = self._folder / "_delta_log", self.delta.version()
        if (log / f"{version + 1:020}.json").exists():
            self.delta.update_incremental()
        elif not (log / f"{version:020}.json").exists():
            self.delta = DeltaTable(self._folder)  # so far behind that its log entry is gone

    def position(self, application: str) -> int:
        """The offset after the last one the table covers of that log partition; 0 at first."""
        return self.delta.transaction_version(application) or 0

    def append(self, rows: pa.Table, positions: Mapping[str, int]) -> None:
        """Appends the rows and moves the positions, both or neither; raises CommitConflict.

        Rows may be none: the positions move all the same. None ever moves back: a batch of a worker
        that lost its lease may hold one partition that is new and another that is long since covered.
        """
        forward = {app: offset for app, offset in positions.items() if offset > self.position(app)}
        commit = CommitProperties(app_transactions=[Transaction(app, offset) for app, offset in forward.items()])
        try:
            write_deltalake(
                self.delta,
                rows,
                mode="append",
                writer_properties=self._properties,
                commit_properties=commit,
                post_commithook_properties=HOOKS,
            )
        except CommitFailedError as error:
            raise CommitConflict(self.definition.name, str(error)) from error


def open_or_create(lake: Lake, definition: TableDefinition) -> DeltaTable:
    """The table with all its columns, made empty if it is not there; reader version 1, writer version 2."""
    folder = lake.folder(definition.name)
    if not lake.exists(definition.name):
        folder.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(
            folder,
            definition.schema,
            mode="ignore",
            partition_by=[definition.partition],
            configuration=_configuration(definition),
        )
    return add_columns(DeltaTable(folder), definition)


def _configuration(definition: TableDefinition) -> dict[str, str | None]:
    # Statistics only where a reader skips files by them: on every column they cost more than the rows.
    useful = [name for name in _SKIPPED_BY if name in definition.schema.names]
    statistics = {"delta.dataSkippingStatsColumns": ",".join(useful)} if useful else {}
    return {
        "delta.checkpointInterval": str(CHECKPOINT_COMMITS),
        # Checkpoints carry removed files for so long, a week by default; readers need an hour at most.
        "delta.deletedFileRetentionDuration": f"interval {REMOVED_FILES_HOURS} hours",
        **statistics,
    }
