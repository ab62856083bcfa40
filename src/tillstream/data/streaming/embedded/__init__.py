"""The workers of the embedded engine set.

In: records of the log. Out: Delta tables by delta-rs, dead letters on the log.
Late: any day's partition takes rows at any time.
Twice: after a crash the same records come again and change nothing.
See: docs/adr/0012-lake-positions.md.
"""

from tillstream.data.streaming.embedded.lake_worker import LakeWorker

__all__ = ["LakeWorker"]
