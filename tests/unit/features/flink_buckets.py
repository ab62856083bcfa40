"""The job on Flink without Flink: buckets that keep their state in memory, and Kafka's topic as one of SQLite."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tillstream.adapters.log import Log, NewRecord, Record
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.backlog import NO_JUMP
from tillstream.features.engines.embedded.engine import decode_batch
from tillstream.features.engines.embedded.plans import plans_of
from tillstream.features.engines.flink.buckets import Bucket, Came
from tillstream.features.engines.flink.sent import rows_of
from tillstream.features.updates import UPDATES


@dataclass
class InMemory:
    """See buckets.BucketKept."""

    run: str
    portions: int = 0
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    released_until_us: int = 0
    jumped_from_us: int = NO_JUMP
    ids: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def seen(self, topic: str, day: int, event_ids: Iterable[str]) -> set[str]:
        return self.ids[topic, day].intersection(event_ids)

    def add_seen(self, rows: Iterable[tuple[str, int, str]]) -> None:
        for topic, day, event_id in rows:
            self.ids[topic, day].add(event_id)

    def open_tiles(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        return {key: self.rows[key][1] for key in keys if key in self.rows}

    def set_open_tiles(self, rows: Mapping[str, tuple[int, bytes]]) -> None:
        self.rows |= rows

    def release_until(self, until_us: int) -> None:
        self.released_until_us = until_us


class Buckets:
    """All buckets of a run; each is told which records are its next portion, and what it sends lies on `log`."""

    def __init__(self, log: Log, schema: Schema, *, lateness_us: int, run: str = "1") -> None:
        self._log, self.schema = log, schema
        plans = plans_of(schema)
        self.kept = [InMemory(run), InMemory(run)]
        self._lateness_us = lateness_us
        self._buckets = [Bucket(number, schema, plans, lateness_us=lateness_us) for number in range(2)]

    def count(
        self, number: int, records: Sequence[Record], *, watermark_us: int | None = None, now_us: int | None = None
    ) -> None:
        """One portion of one bucket; the watermark, if not given, is that of a source with one partition."""
        came = [Came(one.topic, one.partition, one.offset, one.received_at_us, one.value) for one in records]
        if watermark_us is None:
            watermark_us = decode_batch(records).newest_us - self._lateness_us
        counted = self._buckets[number].count(
            self.kept[number],
            came,
            closed_until_us=watermark_us,
            backlog_until_us=now_us - self._lateness_us if now_us else 0,
        )
        sent = rows_of(number, *counted)
        headers = [{"key": row.key, "offsets": row.offsets, "kind": row.kind} for row in sent]
        rows = zip(sent, headers, strict=True)
        self._log.append(UPDATES, [NewRecord(row.bucket, row.value, told) for row, told in rows])
