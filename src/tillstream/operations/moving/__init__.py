"""Carries a home from one event log to another, so that it goes on as if it had always been on that one.

In: the old log, an empty new one, who reads them. Out: the records that somebody still needs, on the new log.
See: docs/adr/0016-moving-between-sets.md, docs/howto/move-between-sets.md.
"""
