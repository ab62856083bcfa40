"""The same SQL files on Spark.

In: typed batches (silver), silver tables (gold). Out: rows of silver and gold.
Late: a late row changes the days it belongs to; those are rebuilt whole.
Twice: a copy (same `event_id`, same day) is not selected; a day rebuilt twice is the same day.
See: docs/howto/run-on-spark.md, docs/adr/0004-tables-are-sql.md.
"""
