"""The workers of the embedded engine set; imported one by one, for the streaming jobs need no lake.

In: records of the log. Out: Delta tables by delta-rs, dead letters, sessions and fraud alerts on the log.
Late: any day's partition takes rows at any time; what a session missed is corrected from silver.
Twice: after a crash the same records come again and change nothing.
See: docs/adr/0012-lake-positions.md, docs/adr/0013-sessions-and-patterns.md.
"""
