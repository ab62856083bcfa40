"""The distributed log: Kafka, for many machines and for engines that read nothing else.

In: records for topics of the catalogue. Out: the same records, in order within a partition.
See: docs/howto/run-on-kafka.md, tests/conformance/log.
"""

from tillstream.adapters.log.kafka.log import KafkaLog

__all__ = ["KafkaLog"]
