"""The lake: Delta tables of three layers, how they are read, written and kept small.

In: Arrow tables with the log positions they cover. Out: Arrow tables, datasets, SQL answers.
Late: rows go to the partition of their own day, however old.
Twice: a write names the positions it covers; what a table has already is not written again.
See: docs/reference/tables.md, docs/adr/0012-lake-positions.md.
"""

from tillstream.data.lake.catalog import TableDefinition, definition_of, table_names
from tillstream.data.lake.lake import Lake

__all__ = ["Lake", "TableDefinition", "definition_of", "table_names"]
