"""Sessions and fraud patterns on Flink: a job in Java finds the one, SQL the other.

In: clicks, orders, payments and account events on Kafka. Out: `sessions.v1`, `fraud_alerts.v1`, exactly once.
Late: counted by Flink (`numLateRecordsDropped`) and left out; sessions are corrected by a batch run.
Twice: copies of an event change nothing; after a crash the output of an unfinished checkpoint is rolled back.
See: docs/howto/run-on-flink.md, docs/adr/0013-sessions-and-patterns.md, docs/adr/0017-sessions-in-java.md.
"""
