"""Workers that follow the log.

In: records of the log. Out: bronze and silver rows, dead letters.
Late: written to the day it happened, whenever it comes.
Twice: what a table has already, by log position or by `event_id`, is not written again.
See: docs/architecture.md.
"""
