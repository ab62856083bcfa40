"""The lake job on Spark Structured Streaming: Kafka to bronze and silver.

In: records of Kafka. Out: the same Delta tables as the embedded worker's, dead letters on Kafka.
Late: any day's partition takes rows at any time.
Twice: the tables say how far they reach; a batch that comes again changes nothing, other bytes raise.
See: docs/adr/0014-spark-keeps-the-positions.md, docs/howto/run-on-spark.md.
"""

from tillstream.data.streaming.spark.lake_job import LakeJob

__all__ = ["LakeJob"]
