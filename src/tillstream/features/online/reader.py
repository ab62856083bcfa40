"""Reads features for a decision: whatever the number of ids and features, one command."""

from collections.abc import Mapping, Sequence
from typing import Any

from tillstream.adapters.store import ReadingStore
from tillstream.features.definitions import Feature, Schema, default_schema
from tillstream.features.online.query import Query
from tillstream.features.online.reading import Reading, readings_of
from tillstream.features.online.rows import FeatureRows


class FeatureReader:
    """For an event loop.

    Raises StoreUnavailable after the store's deadline, while the breaker is open, while the store is being filled, and
    for rows that cannot be read.
    """

    def __init__(self, store: ReadingStore, *, schema: Schema | None = None) -> None:
        self._store, self._schema = store, schema or default_schema()
        self._readings: dict[tuple[str, ...], dict[str, Reading]] = {}

    async def read(
        self,
        ids: Mapping[str, Sequence[str]],
        features: Sequence[Feature],
        at_us: int,
        given: Mapping[str, Any] | None = None,
    ) -> FeatureRows:
        """Values at `at_us` of these ids (by entity; repeated ones once) for the features of their entities.

        `given` holds the fields of the request that features are given by.
        """
        asked = (*ids, *[feature.name for feature in features])
        if asked not in self._readings:
            self._readings[asked] = readings_of(self._schema, features, ids)
        query = Query(self._schema, ids, features, at_us, given, self._readings[asked])
        return query.answer(await self._store.mget(query.keys))
