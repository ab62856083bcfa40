"""Tables that were begun before they had all their columns: old rows have nulls there."""

import deltalake
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from tillstream.data.lake.arrow_dataset import ds
from tillstream.data.lake.catalog import TableDefinition


def with_all_columns(dataset: ds.Dataset, schema: pa.Schema) -> ds.Dataset:
    """The dataset with the columns of the table as it is defined now."""
    if all(name in dataset.schema.names for name in schema.names):
        return dataset
    return dataset.replace_schema(schema)


def add_columns(delta: DeltaTable, definition: TableDefinition) -> DeltaTable:
    """Adds what the definition has and the table lacks, which a writer must do before it writes such rows."""
    there = {field.name for field in delta.schema().fields}
    missing = [field for field in definition.schema if field.name not in there]
    if not missing:
        return delta
    fields = deltalake.Schema.from_arrow(pa.schema(missing)).fields
    try:
        delta.alter.add_columns(fields)
    except CommitFailedError:
        return add_columns(DeltaTable(delta.table_uri), definition)  # another writer was first
    return delta
