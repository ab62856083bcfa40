"""Workers that follow the log.

In: records of the log. Out: bronze and silver rows, dead letters, sessions, fraud alerts.
Late: written to the day it happened, whenever it comes; past the watermark, sessions are corrected in batch.
Twice: what a table has already, by log position or by `event_id`, is not written again.
See: docs/architecture.md, docs/adr/0013-sessions-and-patterns.md.
"""
