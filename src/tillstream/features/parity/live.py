"""The live side as engines: the feature worker's tiles by themselves, and the store as the API reads it."""

import asyncio
from collections.abc import Mapping, Sequence

from tillstream.adapters.log import Record
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.store import ReadingStore, WritingStore
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import Schema
from tillstream.features.online import FeatureReader, FeatureRows, OnlineWriter
from tillstream.features.parity.comparing import Moment, Values
from tillstream.features.parity.history import History


class TilesEngine:
    """Rows made of the topic's tiles alone, without a store."""

    def __init__(self, history: History) -> None:
        self._history = history

    def __call__(self, moment: Moment) -> Values:
        """The values."""
        self._history.move_to(moment.position)
        rows = {
            entity: {one: self._history.rows.get(f"{entity}:{one}") for one in ids}
            for entity, ids in moment.ids.items()
        }
        features = tuple(self._history.schema.features.values())
        return FeatureRows.of(self._history.schema, features, rows, at_us=moment.at_us, position=str(moment)).values


class OnlineEngine:
    """A store that the one writer brings to each position in turn, read as the API reads it."""

    def __init__(self, updates: SqliteLog, settings: StoreSettings, schema: Schema) -> None:
        self._schema, self._settings = schema, settings
        self._updates = _UpTo(updates)
        self._store = WritingStore(settings)
        self._writer = OnlineWriter(self._updates, self._store, schema)

    def __call__(self, moment: Moment) -> Values:
        """The values; raises StoreUnavailable where the store cannot be read."""
        self._updates.ends = moment.position
        while self._writer.apply().records:
            pass
        return asyncio.run(read_online(self._settings, self._schema, moment.ids, moment.at_us)).values

    def close(self) -> None:
        """Lets go of the store."""
        self._store.close()


async def read_online(
    settings: StoreSettings, schema: Schema, ids: Mapping[str, Sequence[str]], at_us: int
) -> FeatureRows:
    """One read through the reader of decisions, without their haste."""
    store = ReadingStore(settings.model_copy(update={"deadline_ms": 1_000}))
    try:
        return await FeatureReader(store, schema=schema).read(ids, tuple(schema.features.values()), at_us)
    finally:
        await store.close()


class _UpTo:
    """The topic as it was when it ended at `ends`."""

    def __init__(self, updates: SqliteLog) -> None:
        self._updates = updates
        self.ends: Mapping[int, int] = {}

    @property
    def log_id(self) -> str:
        return self._updates.log_id

    def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        end = self.ends.get(partition, 0)
        most = min(max_records, end - offset)
        return (
            [one for one in self._updates.read(topic, partition, offset, most) if one.offset < end] if most > 0 else []
        )

    def end_offsets(self, topic: str) -> dict[int, int]:
        return {
            partition: min(end, self.ends.get(partition, 0))
            for partition, end in self._updates.end_offsets(topic).items()
        }
