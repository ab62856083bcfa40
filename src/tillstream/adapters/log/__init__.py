"""The event log: topics, partitions, offsets, leased groups, retention.

In: records for topics of the catalogue. Out: the same records, in order within a partition.
See: docs/adr/0002-sqlite-log.md, tests/conformance/log.
"""

from tillstream.adapters.log.interface import Consumer, Log, OnRevoke, TopicPartition
from tillstream.adapters.log.records import OCCURRED_AT, RECEIVED_AT, NewRecord, Place, Record, partition_of

__all__ = [
    "OCCURRED_AT",
    "RECEIVED_AT",
    "Consumer",
    "Log",
    "NewRecord",
    "OnRevoke",
    "Place",
    "Record",
    "TopicPartition",
    "partition_of",
]
