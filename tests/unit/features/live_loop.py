"""The whole way of a small log in one folder: appended, counted live, released to batch, folded into rows."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from tests.unit.features.small_log import Received, SilverTables

from tillstream.adapters.log import Log, Record
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import topic_named
from tillstream.features.definitions import Schema, default_schema, features_named, schema_of
from tillstream.features.engines.embedded import LiveEngine, Outcome
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline import training_set
from tillstream.features.offline.release import Released, release
from tillstream.features.online.merging import merged_row, tiles_by_key
from tillstream.features.online.rows import FeatureRows
from tillstream.features.updates import UPDATES

SCHEMA = default_schema()
SMALL = schema_of(
    features_named(
        [
            "visitor__views_1h", "visitor__price_mean_7d", "visitor__seconds_since_click",
            "visitor__recent_products_7d",
            "visitor__taste_7d", "visitor__top_category_1h", "product__views_7d", "product__orders_7d",
            "product__conversion_7d", "product__stock_last", "card__paid_1d", "card__customers_30d",
        ]
    )
)  # fmt: skip
"""One feature of each kind: for tests that run the way many times."""
IDS = {
    "visitor": ("v0", "v1", "v2", "v3", "nobody"),
    "customer": ("ann", "bob", "eve"),
    "product": ("p0", "p1", "p2", "p3", "p4", "p9"),
    "card": ("k0", "k1", "k2"),
    "device": ("d1", "d2"),
    "terminal": ("t1",),
    "category": ("shoes", "lamps", "bags"),
    "region": ("north", "south"),
}
HOUR_US = 3_600_000_000


class LiveLoop:
    """One log, or Kafka and a log of updates, with one live engine over it."""

    def __init__(
        self,
        folder: Path,
        events: Sequence[Received],
        *,
        lateness_us: int = HOUR_US,
        schema: Schema = SCHEMA,
        source: Log | None = None,
    ) -> None:
        self.updates, self.schema = SqliteLog(folder), schema
        self.log: Log = source or self.updates
        self.logs = FeatureLogs(self.log, self.updates)
        self.events = list(events)
        for topic in dict.fromkeys(one.topic for one in events):
            self.log.append(topic, [one.record() for one in events if one.topic == topic])
        self.lateness_us = lateness_us
        self.engine = self.new_engine()

    def new_engine(self) -> LiveEngine:
        return LiveEngine(self.logs, self.schema, lateness_us=self.lateness_us)

    def records(self) -> list[Record]:
        """Everything on the source topics, in the order received."""
        found = []
        for topic in self.schema.topics:
            for partition in range(topic_named(topic).partitions):
                found += self.log.read(topic, partition, 0, 1_000_000)
        return sorted(found, key=lambda record: record.received_at_us)

    def count(self, records: Sequence[Record], **more: Any) -> Outcome:
        return self.engine.apply(self.engine.decode(records), **more)

    def lake_reads_all(self) -> None:
        self.lake_reads({(t, p): end for t in self.schema.topics for p, end in self.log.end_offsets(t).items()})

    def lake_reads(self, offsets: Mapping[tuple[str, int], int]) -> None:
        consumer = self.log.consumer("lake", self.schema.topics)
        while not consumer.assignment:
            consumer.poll(1, 0.1)
        consumer.commit(offsets)
        consumer.close()

    def release(self) -> Released:
        self.lake_reads_all()
        return release(SilverTables(self.events), self.logs, self.schema)

    def rows(self, since: Mapping[int, int] | None = None) -> dict[str, bytes]:
        """The store's rows, as a writer makes them that reads the topic from its beginning, or from these offsets."""
        rows: dict[str, bytes] = {}
        for partition in range(topic_named(UPDATES).partitions):
            for record in self.updates.read(UPDATES, partition, (since or {}).get(partition, 0), 1_000_000):
                tiles, unknown, _ = tiles_by_key(self.schema, [record])
                assert not unknown
                for key, changed in tiles.items():
                    rows[key] = merged_row(self.schema, key.partition(":")[0], rows.get(key), changed)
        return rows

    def values(self, at_us: int, since: Mapping[int, int] | None = None) -> dict[str, dict[str, dict[str, Any]]]:
        rows = self.rows(since)
        wanted = {
            entity: {one: rows.get(f"{entity}:{one}") for one in ids}
            for entity, ids in IDS.items()
            if entity in self.schema.groups
        }
        together = self._read(wanted, at_us)
        # A single row is read in another way, and means the same.
        for entity, of in wanted.items():
            for one, row in of.items():
                assert same(self._read({entity: {one: row}}, at_us), {entity: {one: together[entity][one]}})
        return together

    def _read(self, rows: Mapping[str, Mapping[str, bytes | None]], at_us: int) -> dict[str, dict[str, dict[str, Any]]]:
        return FeatureRows.of(self.schema, tuple(self.schema.features.values()), rows, at_us=at_us, position="").values


def reference(
    events: Iterable[Received], at_us: int, *, schema: Schema = SCHEMA
) -> dict[str, dict[str, dict[str, Any]]]:
    """The same values by Polars, from silver."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for entity, ids in IDS.items():
        features = [feature for feature in schema.features.values() if feature.entity == entity]
        if not features:
            continue
        at = pl.Series([at_us] * len(ids)).cast(pl.Datetime("us", "UTC"))
        rows = training_set(SilverTables(list(events)), pl.DataFrame({f"{entity}_id": ids, "at": at}), features)
        found[entity] = {
            row[f"{entity}_id"]: {feature.name: _plain(row[feature.name]) for feature in features}
            for row in rows.to_dicts()
        }
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return {one["value"]: one["count"] for one in value} if value and isinstance(value[0], dict) else tuple(value)
    return value


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """An empty taste is {} online and an empty list offline; all else is equal as it is."""
    return _emptied(one) == _emptied(other)


def digest(values: dict[str, Any]) -> str:
    """One hash of all values: of every bit of a fraction, of a value's type and of the order of a list."""
    return sha256(repr(_emptied(values)).encode()).hexdigest()


def _emptied(values: dict[str, Any]) -> dict[str, Any]:
    return {
        entity: {one: {n: (() if v == {} else v) for n, v in row.items()} for one, row in rows.items()}
        for entity, rows in values.items()
    }
