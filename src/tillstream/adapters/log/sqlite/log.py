"""The embedded log as a whole: a folder of topic files and group files."""

import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tillstream.adapters.log.interface import OnRevoke, TopicPartition
from tillstream.adapters.log.records import NewRecord, Place, Record
from tillstream.adapters.log.sqlite.consumer import SqliteConsumer
from tillstream.adapters.log.sqlite.group_file import GroupFile
from tillstream.adapters.log.sqlite.topic_file import TopicFile, TopicTransaction, wall_clock_us
from tillstream.core.contracts import TOPICS, topic_named
from tillstream.core.settings import LogSettings


class SqliteLog:
    """See interface.Log; `<folder>/topics/<topic>.db`, `<folder>/groups/<group>.db`, `<folder>/log.json`."""

    def __init__(
        self, folder: Path, settings: LogSettings | None = None, *, clock_us: Callable[[], int] = wall_clock_us
    ) -> None:
        self._folder, self._settings, self._clock_us = folder, settings or LogSettings(), clock_us
        (folder / "topics").mkdir(parents=True, exist_ok=True)
        (folder / "groups").mkdir(exist_ok=True)
        self._log_id = _read_or_make_id(folder / "log.json")
        self._files: dict[str, TopicFile] = {}

    @property
    def log_id(self) -> str:
        """See interface.Log."""
        return self._log_id

    def append(self, topic: str, records: Sequence[NewRecord]) -> list[Place]:
        """See interface.Log; one transaction, one wait for the disk."""
        with self.transaction(topic) as transaction:
            return transaction.append(records)

    @contextmanager
    def transaction(self, topic: str) -> Iterator[TopicTransaction]:
        """Own tables (named `state_…`) in a topic's file and records of that topic, all or nothing."""
        with self._file(topic).transaction() as transaction:
            yield transaction

    def consumer(self, group: str, topics: Sequence[str], *, on_revoke: OnRevoke | None = None) -> SqliteConsumer:
        """See interface.Log."""
        files = {name: self._file(name) for name in dict.fromkeys(topic_named(topic).name for topic in topics)}
        return SqliteConsumer(
            self._group(group), files, lease_seconds=self._settings.lease_seconds, on_revoke=on_revoke
        )

    def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        """See interface.Log."""
        return self._file(topic).read(partition, offset, max_records)

    def end_offsets(self, topic: str) -> dict[int, int]:
        """See interface.Log."""
        return self._file(topic).end_offsets()

    def lag(self, group: str) -> dict[TopicPartition, int]:
        """See interface.Log."""
        file = self._group(group)
        try:
            progress = file.progress()
            return {
                (topic, partition): end - progress.get((topic, partition), 0)
                for topic in sorted(file.subscriptions())
                for partition, end in self.end_offsets(topic).items()
            }
        finally:
            file.close()

    def apply_retention(self, now_us: int) -> dict[str, int]:
        """See interface.Log."""
        slowest = self.slowest_offsets()
        deleted = {}
        for topic in TOPICS.values():
            if not self._path(topic.name).exists():
                continue
            ends = self.end_offsets(topic.name)
            read = {partition: slowest.get((topic.name, partition), end) for partition, end in ends.items()}
            deleted[topic.name] = self._file(topic.name).delete_before(now_us - topic.retention_seconds * 10**6, read)
        return deleted

    def close(self) -> None:
        """See interface.Log."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def slowest_offsets(self) -> dict[TopicPartition, int]:
        """See interface.Log; a group begins at 0 in what it never committed."""
        slowest: dict[TopicPartition, int] = {}
        for path in sorted((self._folder / "groups").glob("*.db")):
            group = self._group(path.stem)
            progress, topics = group.progress(), group.subscriptions()
            group.close()
            for topic in topics:
                for partition in range(topic_named(topic).partitions):
                    place = (topic, partition)
                    offset = progress.get(place, 0)
                    slowest[place] = min(slowest.get(place, offset), offset)
        return slowest

    def _file(self, topic: str) -> TopicFile:
        name = topic_named(topic).name
        if name not in self._files:
            self._files[name] = TopicFile(
                TOPICS[name],
                self._path(name),
                busy_timeout_seconds=self._settings.busy_timeout_seconds,
                clock_us=self._clock_us,
            )
        return self._files[name]

    def _path(self, topic: str) -> Path:
        return self._folder / "topics" / f"{topic}.db"

    def _group(self, group: str) -> GroupFile:
        return GroupFile(
            group,
            self._folder / "groups" / f"{group}.db",
            lease_seconds=self._settings.lease_seconds,
            busy_timeout_seconds=self._settings.busy_timeout_seconds,
        )


def _read_or_make_id(path: Path) -> str:
    """The id in the file; the first process to come makes it, and the others find that one."""
    if not path.exists():
        draft = path.with_name(f"log.{uuid.uuid4().hex}.json")
        draft.write_text(json.dumps({"log_id": uuid.uuid4().hex[:16]}))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    log_id: str = json.loads(path.read_text())["log_id"]
    return log_id
