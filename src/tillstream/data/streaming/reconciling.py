"""Where to read on, when what the group committed and what the tables cover may differ.

They differ after a crash between the two commits, which is harmless, and after somebody deleted or
restored the group, the lake or the log, which Delta alone would turn into silent loss.
"""

from typing import Protocol

from tillstream.adapters.log import Log, Record
from tillstream.adapters.log.interface import TopicPartition
from tillstream.core.contracts import TOPICS, Topic
from tillstream.core.telemetry import logger
from tillstream.data.lake.errors import LakeBehindGroup, LogBehindLake

_LOG = logger(__name__)


class Tables(Protocol):
    """What is asked of a topic's two tables, whichever engine writes them."""

    def position(self, layer: str, topic: Topic, partition: int) -> int:
        """The offset after the last one that the topic's table covers."""

    def check_record(self, topic: Topic, record: Record) -> None:
        """Raises OtherBytes unless bronze holds exactly this record at its place, if it holds the place."""


def starting_offset(log: Log, tables: Tables, place: TopicPartition, committed: int) -> int:
    """The first offset that a table may lack; raises LogBehindLake, OtherBytes, LakeBehindGroup."""
    name, partition = place
    topic, where = TOPICS[name], f"{name}/{partition}"
    bronze = tables.position("bronze", topic, partition)
    silver = tables.position("silver", topic, partition)
    end = log.end_offsets(name)[partition]
    if bronze > end:
        raise LogBehindLake(f"bronze.{topic.entity}", where, end, bronze)
    if bronze and (last := log.read(name, partition, bronze - 1, 1)) and last[0].offset == bronze - 1:
        tables.check_record(topic, last[0])
    covered = min(bronze, silver)
    if covered >= committed:
        return committed
    first = log.read(name, partition, covered, 1)
    if not first or first[0].offset > covered:
        begins = first[0].offset if first else end
        raise LakeBehindGroup(f"bronze.{topic.entity}", where, covered, begins)
    _LOG.warning("group_was_ahead_of_lake", place=where, committed=committed, covered=covered)
    return covered
