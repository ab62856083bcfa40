"""The online store of Feast's plain SDK: reads tiles of ours, and keeps the rows pushed to any other view."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal, TypeAlias

from feast import FeatureView, utils
from feast.infra.online_stores.online_store import OnlineStore
from feast.protos.feast.types.Value_pb2 import Value
from feast.repo_config import FeastConfigBaseModel, RepoConfig

from tillstream.adapters.store import WritingStore
from tillstream.core.contracts.instants import from_micros, to_micros
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import Feature, default_schema
from tillstream.features.engines.feast.objects import ENTITY_TAG
from tillstream.features.engines.feast.values import message_of
from tillstream.features.errors import KeptLive, UnknownFeature
from tillstream.features.online.pushed import decode_pushed, encode_pushed, pushed_key, pushed_prefix
from tillstream.features.online.query import Query
from tillstream.features.online.rows import FeatureRows
from tillstream.features.value_kinds import value_kind

Row: TypeAlias = tuple[datetime | None, dict[str, Any] | None]
"""As of when, and messages by feature; nothing where nothing was pushed."""
_ROWS_AT_ONCE: Final = 500


class TillstreamOnlineStoreConfig(FeastConfigBaseModel):  # type: ignore[misc]  # Feast ships no types
    """Where the store listens."""

    type: Literal["tillstream.features.engines.feast.online_store.TillstreamOnlineStore"] = (
        "tillstream.features.engines.feast.online_store.TillstreamOnlineStore"
    )
    host: str = "127.0.0.1"
    port: int = 6479


@dataclass(frozen=True, slots=True)
class Part:
    """What one call asks of one view."""

    view: FeatureView
    keys: Sequence[Any]
    names: Sequence[str]

    @property
    def entity(self) -> str | None:
        """Whose tiles it is read from; None for pushed rows."""
        entity: str | None = self.view.tags.get(ENTITY_TAG)
        return entity

    @property
    def ids(self) -> list[str]:
        """The ids of one entity's keys."""
        return [str(next(iter(_ids(key).values()))) for key in self.keys]


class TillstreamOnlineStore(OnlineStore):  # type: ignore[misc]  # Feast ships no types
    """Reads tiles as our own reader does, all views of a call in one command; a pushed row never gives way to an older.

    Raises StoreUnavailable: never a wrong number.
    """

    def __init__(self) -> None:
        self._store: WritingStore | None = None
        self.clock_us: Callable[[], int] = lambda: time.time_ns() // 1000

    def online_read(
        self,
        config: RepoConfig,
        table: FeatureView,
        entity_keys: list[Any],
        requested_features: list[str] | None = None,
    ) -> list[Row]:
        """One view's rows, in the order of the keys."""
        names = requested_features or [field.name for field in table.features]
        (rows,) = self._read(config, [Part(table, entity_keys, names)])
        return rows

    def online_write_batch(
        self,
        config: RepoConfig,
        table: FeatureView,
        data: list[tuple[Any, dict[str, Any], datetime, datetime | None]],
        progress: Callable[[int], Any] | None,
    ) -> None:
        """Keeps each row unless a newer one is there; raises KeptLive for a view of tiles."""
        if ENTITY_TAG in table.tags:
            raise KeptLive(table.name)
        seconds = int(table.ttl.total_seconds()) if table.ttl else 0
        for start in range(0, len(data), _ROWS_AT_ONCE):
            part = data[start : start + _ROWS_AT_ONCE]
            values = [(_key(config, table, row[0]), _pushed(row), seconds) for row in part]
            self._client(config).put_newest(values)
            if progress:
                progress(len(part))

    def update(
        self,
        config: RepoConfig,
        tables_to_delete: Sequence[FeatureView],
        tables_to_keep: Sequence[FeatureView],  # noqa: ARG002 - rows need no table
        entities_to_delete: Sequence[Any],  # noqa: ARG002
        entities_to_keep: Sequence[Any],  # noqa: ARG002
        partial: bool,  # noqa: ARG002
    ) -> None:
        """Forgets what was pushed to views that are gone; tiles are not Feast's to delete."""
        for table in tables_to_delete:
            self._client(config).clear(pushed_prefix(config.project, table.name))

    def teardown(self, config: RepoConfig, tables: Sequence[FeatureView], entities: Sequence[Any]) -> None:
        """Forgets what was pushed to these views."""
        self.update(config, tables, [], entities, [], partial=False)

    def _read_features_per_fv(
        self,
        config: RepoConfig,
        grouped_refs: list[tuple[FeatureView, list[str]]],
        join_key_values: dict[str, Any],
        entity_name_to_join_key_map: dict[str, str],
        online_features_response: Any,
        full_feature_names: bool,
        include_feature_view_version_metadata: bool,
    ) -> None:
        """Feast's place for a store that reads all views of a call at once."""
        parts, places = [], []
        for table, names in grouped_refs:
            ids, *place = utils._get_unique_entities(table, join_key_values, entity_name_to_join_key_map)
            parts.append(Part(table, utils._get_entity_key_protos(ids), names))
            places.append(place)
        for part, (indexes, length), rows in zip(parts, places, self._read(config, parts), strict=True):
            utils._populate_response_from_feature_data(
                part.names,
                rows,
                indexes,
                online_features_response,
                full_feature_names,
                part.view,
                length,
                include_feature_view_version_metadata,
            )

    def _client(self, config: RepoConfig) -> WritingStore:
        if self._store is None:
            self._store = WritingStore(StoreSettings(host=config.online_store.host, port=config.online_store.port))
        return self._store

    def _read(self, config: RepoConfig, parts: Sequence[Part]) -> list[list[Row]]:
        """Each part's rows; one command for all."""
        query = _query([part for part in parts if part.entity], self.clock_us())
        pushed = [_key(config, part.view, key) for part in parts if not part.entity for key in part.keys]
        known = query.keys if query else []
        found = self._client(config).mget([*known, *pushed])
        kept = query.answer(found[: len(known)]) if query else None
        rows = iter(found[len(known) :])
        return [_of_tiles(part, kept) if kept and part.entity else _of_pushed(part, rows) for part in parts]


def _query(parts: Sequence[Part], at_us: int) -> Query | None:
    ids: dict[str, list[str]] = {}
    wanted: dict[str, Feature] = {}
    for part in parts:
        ids.setdefault(str(part.entity), []).extend(part.ids)
        wanted |= {name: _feature(name) for name in part.names}
    return Query(default_schema(), ids, tuple(wanted.values()), at_us) if parts else None


def _feature(name: str) -> Feature:
    if name not in default_schema().features:
        raise UnknownFeature(name)  # the registry is of other definitions
    return default_schema().features[name]


def _of_tiles(part: Part, kept: FeatureRows) -> list[Row]:
    values = kept.values[str(part.entity)]
    kinds = {name: kind for name in part.names if (kind := value_kind(_feature(name)))}
    at = from_micros(kept.counted_until_us or kept.at_us)
    return [(at, {name: message_of(kind, values[one][name]) for name, kind in kinds.items()}) for one in part.ids]


def _of_pushed(part: Part, rows: Iterator[bytes | None]) -> list[Row]:
    found: list[Row] = []
    for row in islice(rows, len(part.keys)):
        if row is None:
            found.append((None, None))
            continue
        at_us, values = decode_pushed(row)
        kept = {name: Value.FromString(values[name]) for name in part.names if name in values}
        found.append((from_micros(at_us), kept))
    return found


def _ids(key: Any) -> Mapping[str, str | int]:
    values = (getattr(value, value.WhichOneof("val")) for value in key.entity_values)
    return dict(zip(key.join_keys, values, strict=True))


def _key(config: RepoConfig, table: FeatureView, key: Any) -> str:
    return pushed_key(config.project, table.name, _ids(key))


def _pushed(row: tuple[Any, dict[str, Any], datetime, datetime | None]) -> bytes:
    _, values, at, made = row
    serialized = {name: value.SerializeToString() for name, value in values.items()}
    return encode_pushed(_micros(at), _micros(made) if made else 0, serialized)


def _micros(at: datetime) -> int:
    return to_micros(utils.make_tzaware(at))
