"""What the job writes to Kafka's feature_updates.v1, and how it is read back.

Flink can name no partition of a topic. So a record's key on Kafka is the number of the partition where it belongs
in the home's log, which keeps a partition's records in order; its own key lies in the header `key`.
After the records of each portion of events comes one that says what was counted: the portion's end.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from tillstream.adapters.log import NewRecord, Record
from tillstream.features.engines.embedded.counting import Outcome
from tillstream.features.updates import KIND, OFFSETS

KEY: Final = "key"
COUNTED: Final = "counted"
"""The kind of a portion's end."""


class Counted(msgspec.Struct, frozen=True):
    """The end of a portion: which it was, up to where its bucket has now read, and what it came to."""

    run: str
    """The job from its first record on, through every restart; a later one sorts behind."""
    fingerprint: str
    number: int
    """Grows by one with each portion of a bucket."""
    offsets: str
    outcome: Outcome


class Row(NamedTuple):
    """A record as columns of the sink; `kind` is empty for tiles."""

    bucket: str
    value: bytes
    key: str
    offsets: str
    kind: str


class Portion(NamedTuple):
    """What a bucket sent at once."""

    bucket: int
    partition: int
    """Of Kafka."""
    begins_at: int
    """The offset there of its first record."""
    ends_at: int
    """The offset behind its last."""
    records: Sequence[NewRecord]
    counted: Counted


def rows_of(bucket: int, records: Iterable[NewRecord], counted: Counted) -> list[Row]:
    """A portion as it is sent."""
    rows = [
        Row(str(bucket), record.value, record.key, record.headers[OFFSETS], record.headers.get(KIND, ""))
        for record in records
    ]
    return [*rows, Row(str(bucket), msgspec.json.encode(counted), "", "", COUNTED)]


class Portions:
    """Puts the records of one of Kafka's partitions together again, bucket by bucket."""

    def __init__(self) -> None:
        self._held: dict[int, list[Record]] = {}

    def take(self, records: Iterable[Record]) -> list[Portion]:
        """The portions that these records end; what a bucket has not ended is held."""
        ended = []
        for record in records:
            held = self._held.setdefault(int(record.key), [])
            held.append(record)
            if record.headers[KIND] == COUNTED:
                ended.append(_portion(self._held.pop(int(record.key))))
        return ended


def _portion(records: Sequence[Record]) -> Portion:
    *sent, last = records
    bucket = int(last.key)
    whole = [
        NewRecord(one.headers[KEY], one.value, _headers(one.headers[OFFSETS], one.headers[KIND]), bucket)
        for one in sent
    ]
    counted = msgspec.json.decode(last.value, type=Counted)
    return Portion(bucket, last.partition, records[0].offset, last.offset + 1, whole, counted)


def _headers(offsets: str, kind: str) -> dict[str, str]:
    return {KIND: kind, OFFSETS: offsets} if kind else {OFFSETS: offsets}
