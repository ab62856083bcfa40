"""What every log offers; the conformance suite in tests/conformance/log holds each to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from tillstream.adapters.log.records import NewRecord, Place, Record

TopicPartition: TypeAlias = tuple[str, int]
OnRevoke: TypeAlias = Callable[[frozenset[TopicPartition]], None]


class Consumer(Protocol):
    """A member of a group. Not for several threads.

    Reading starts where the group last committed, at the oldest record for a group that never did.
    """

    @property
    def generation(self) -> int:
        """The group's generation as this member knows it; grows with every change of membership."""

    @property
    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions this member reads now."""

    @property
    def polled_until_us(self) -> int:
        """All that lay in its partitions at this instant has been polled; 0 while that is not known.

        That nothing came does not say so: on Kafka it may be on its way.
        """

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """Up to `max_records`, in offset order within a partition; empty after `timeout_seconds`.

        Renews the lease. A change of membership is noticed here: `on_revoke` is called first with
        the partitions that were lost, also those lost to an expired lease.
        """

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """Sets where the group goes on: the offset after the last one done.

        Durable when it returns. Raises Fenced, and changes nothing, if this member's lease ran out,
        the generation moved on, or a partition is not its own.
        """

    def committed(self) -> dict[TopicPartition, int]:
        """Where the group would go on, for the partitions assigned; absent where it never committed."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Goes on reading at `offset`, or at the first record after it."""

    def heartbeat(self) -> None:
        """Renews the lease in the middle of long work; raises Fenced if it was lost."""

    def close(self) -> None:
        """Leaves the group at once, so that others need not wait for the lease."""


class Log(Protocol):
    """A partitioned, durable, ordered log of the topics in the catalogue."""

    @property
    def log_id(self) -> str:
        """Changes when the log is made anew: offsets of another id mean nothing here."""

    def append(self, topic: str, records: Sequence[NewRecord]) -> list[Place]:
        """Durable when it returns; raises UnknownTopic, LogBusy.

        When it raises, SQLite took none, and Kafka may have taken some: send the same again, copies fall out.
        """

    def consumer(self, group: str, topics: Sequence[str], *, on_revoke: OnRevoke | None = None) -> Consumer:
        """Joins a group that reads these topics."""

    def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        """Records from `offset` on, without a group."""

    def end_offsets(self, topic: str) -> dict[int, int]:
        """For each partition the offset the next record will at least have."""

    def lag(self, group: str) -> dict[TopicPartition, int]:
        """Records between what a group committed and the end; gaps in offsets may count as records."""

    def slowest_offsets(self) -> dict[TopicPartition, int]:
        """For each partition that any group reads, where the slowest one goes on."""

    def apply_retention(self, now_us: int) -> dict[str, int]:
        """Deletes what is older than each topic's retention and read by every group; rows by topic."""

    def close(self) -> None:
        """Lets go of files and connections."""
