"""What sessions and fraud patterns mean: pure functions, without an engine, for every engine.

In: a key's events and the watermark. Out: records of `sessions.v1` and `fraud_alerts.v1`.
Late: counted and left out; sessions are corrected by a batch run of the same functions.
Twice: a copy changes nothing; ids come from the events, so an output sent again is the same output.
See: docs/adr/0013-sessions-and-patterns.md.
"""
