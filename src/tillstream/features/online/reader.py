"""Reads features for a decision: whatever the number of ids and features, one command."""

from collections.abc import Mapping, Sequence
from typing import Any

from tillstream.adapters.store import ReadingStore
from tillstream.core.errors import StoreUnavailable
from tillstream.features.definitions import Feature, Schema, default_schema
from tillstream.features.online.position import COUNTED, POSITION, PREFIX, decode_position
from tillstream.features.online.rows import FeatureRows
from tillstream.features.updates import update_key


class FeatureReader:
    """For an event loop.

    Raises StoreUnavailable after the store's deadline, while the breaker is open, and while the store is
    being filled: a row that is not whole would be a wrong number.
    """

    def __init__(self, store: ReadingStore, *, schema: Schema | None = None) -> None:
        self._store, self._schema = store, schema or default_schema()

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
        wanted = {entity: tuple(dict.fromkeys(of)) for entity, of in ids.items()}
        keys = [PREFIX + update_key(entity, one) for entity, of in wanted.items() for one in of]
        told, counted, *found = await self._store.mget([POSITION, COUNTED, *keys])
        position = decode_position(told) if told else None
        if position is None or position.schema != self._schema.fingerprint or not position.is_ready:
            raise StoreUnavailable("the store is being filled: `tillstream features work` brings it up to date")
        blobs = iter(found)
        rows = {entity: {one: next(blobs) for one in of} for entity, of in wanted.items()}
        until_us = int(counted) if counted else None
        return FeatureRows(
            self._schema,
            features,
            rows,
            at_us=at_us,
            position=str(position),
            counted_until_us=until_us,
            given=given,
        )
