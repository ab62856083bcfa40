"""A log read from one place to another, page by page."""

from collections.abc import Iterator

from tillstream.adapters.log import Log, Record, TopicPartition
from tillstream.core.contracts import TOPICS

_ROWS = 5_000


def records_between(log: Log, place: TopicPartition, start: int, end: int) -> Iterator[Record]:
    """The records of a partition from `start` on, below `end`, in order."""
    offset = start
    while offset < end:
        page = log.read(*place, offset, _ROWS)
        if not page:
            return
        for record in page:
            if record.offset >= end:
                return
            yield record
        offset = page[-1].offset + 1


def ends_of(log: Log, topics: tuple[str, ...]) -> dict[TopicPartition, int]:
    """Where each partition of these topics ends now."""
    return {(topic, partition): end for topic in topics for partition, end in log.end_offsets(topic).items()}


def unread(log: Log, group: str, topics: tuple[str, ...]) -> dict[TopicPartition, int]:
    """Records that a group has not committed, also of partitions that it never committed."""
    return {**ends_of(log, topics), **{place: n for place, n in log.lag(group).items() if place[0] in TOPICS}}
