"""Tables made by SQL: one file a table, the same text for every engine.

In: typed batches (silver), silver tables (gold). Out: rows of silver and gold.
Late: a late row changes the days it belongs to; those are rebuilt whole.
Twice: a copy (same `event_id`, same day) is not selected; a day rebuilt twice is the same day.
See: docs/reference/tables.md, docs/howto/add-a-table.md.
"""
