"""Live features on Flink: a live engine for each partition of the updates, its state and output one checkpoint.

In: records of the source topics on Kafka. Out: `feature_updates.v1` on Kafka, exactly once; from there the home's own.
Late: counts while its step is open; for a released step it is counted in `late_to_batch` and left to batch.
Behind: a long backlog is left to batch unread, counted in `left_to_batch`; readers wait for batch then.
Twice: each event_id counts once a day; after a crash the output of an unfinished checkpoint is rolled back.
See: docs/howto/run-on-flink.md, docs/adr/0005-whole-tiles-one-writer.md.
"""
