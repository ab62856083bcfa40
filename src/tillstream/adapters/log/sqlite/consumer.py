"""A member of a group on the embedded log."""

import sqlite3
import time
import uuid
from collections.abc import Mapping

from tillstream.adapters.log.interface import OnRevoke, TopicPartition
from tillstream.adapters.log.records import Record
from tillstream.adapters.log.sqlite.group_file import GroupFile, Membership
from tillstream.adapters.log.sqlite.topic_file import TopicFile, wall_clock_us
from tillstream.core.errors import Fenced

_SHORTEST_NAP_SECONDS = 0.002
_LONGEST_NAP_SECONDS = 0.02


class SqliteConsumer:
    """See interface.Consumer; expired members are evicted by the others, on their polls."""

    def __init__(
        self, group: GroupFile, files: Mapping[str, TopicFile], *, lease_seconds: float, on_revoke: OnRevoke | None
    ) -> None:
        self._group, self._files, self._on_revoke = group, files, on_revoke
        self._renew_seconds = lease_seconds / 3
        self.member_id = uuid.uuid4().hex
        # Apart from the producers' connections: SQLite tells a connection only of the others' changes.
        self._connections = {topic: file.open_connection() for topic, file in files.items()}
        self._seen_versions: dict[str, int] = {}
        self._positions: dict[TopicPartition, int] = {}
        self._turn = 0
        self._polled_until_us = 0
        self._membership = Membership(-1, frozenset())
        self._renewed_at = time.monotonic()
        self._take(group.join(self.member_id, tuple(files)))

    @property
    def generation(self) -> int:
        """The group's generation as this member knows it."""
        return self._membership.generation

    @property
    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions this member reads now."""
        return self._membership.assignment

    @property
    def polled_until_us(self) -> int:
        """See interface.Consumer."""
        return self._polled_until_us

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """See interface.Consumer."""
        until = time.monotonic() + timeout_seconds
        nap = _SHORTEST_NAP_SECONDS
        while True:
            self._keep_membership()
            asked_at_us = wall_clock_us()
            records = self._read(max_records)
            if len(records) < max_records:
                self._polled_until_us = asked_at_us
            if records:
                return records
            left = until - time.monotonic()
            if left <= 0:
                return []
            time.sleep(min(nap, left))
            nap = min(nap * 1.5, _LONGEST_NAP_SECONDS)

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """See interface.Consumer."""
        if next_offsets:
            self._group.commit(self.member_id, self.generation, next_offsets)
            self._renewed_at = time.monotonic()

    def committed(self) -> dict[TopicPartition, int]:
        """See interface.Consumer."""
        return {place: offset for place, offset in self._group.progress().items() if place in self.assignment}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """See interface.Consumer."""
        if partition not in self.assignment:
            raise Fenced(self._group.group, self.member_id, f"it does not own {partition}")
        self._positions[partition] = offset
        self._polled_until_us = 0
        self._seen_versions.pop(partition[0], None)

    def heartbeat(self) -> None:
        """See interface.Consumer."""
        membership = self._group.renew(self.member_id)
        self._renewed_at = time.monotonic()
        if membership is None or membership.generation != self.generation:
            raise Fenced(self._group.group, self.member_id, "its lease ran out or the group changed")

    def close(self) -> None:
        """See interface.Consumer."""
        self._group.leave(self.member_id)
        self._group.close()
        for connection in self._connections.values():
            connection.close()

    def _keep_membership(self) -> None:
        if time.monotonic() - self._renewed_at >= self._renew_seconds:
            membership = self._group.renew(self.member_id)
            if membership is None:
                self._lose(self.assignment)
                self._positions.clear()
                membership = self._group.join(self.member_id, tuple(self._files))
            self._take(membership)
        elif self._group.generation() != self.generation:
            self._renewed_at = float("-inf")
            self._keep_membership()

    def _take(self, membership: Membership) -> None:
        self._renewed_at = time.monotonic()
        if membership.generation == self.generation:
            return
        self._lose(self.assignment - membership.assignment)
        self._membership = membership
        committed = self._group.progress()
        # A kept partition also goes back to its commit: what was read since may not be committed any more.
        self._positions = {place: committed.get(place, 0) for place in membership.assignment}
        self._seen_versions.clear()
        self._polled_until_us = 0

    def _lose(self, partitions: frozenset[TopicPartition]) -> None:
        if partitions and self._on_revoke:
            self._on_revoke(partitions)

    def _read(self, max_records: int) -> list[Record]:
        """Reads the partitions in turn, so that a busy one does not starve the others."""
        changed = self._changed_topics()
        places = sorted(place for place in self._positions if place[0] in changed)
        records: list[Record] = []
        for step in range(len(places)):
            topic, partition = place = places[(self._turn + step) % len(places)]
            room = max_records - len(records)
            if room <= 0:
                # Left unread on purpose: the topic must look changed next time.
                self._seen_versions.pop(topic, None)
                continue
            found = self._files[topic].read(
                partition, self._positions[place], room, connection=self._connections[topic]
            )
            if found:
                self._positions[place] = found[-1].offset + 1
                records += found
            if len(found) == room:
                self._seen_versions.pop(topic, None)
        self._turn += 1
        return records

    def _changed_topics(self) -> set[str]:
        """Topics that somebody wrote to since they were last read to the end; one cheap pragma each."""
        changed = set()
        for topic, connection in self._connections.items():
            version = _data_version(connection)
            if self._seen_versions.get(topic) != version:
                self._seen_versions[topic] = version
                changed.add(topic)
        return changed


def _data_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version
