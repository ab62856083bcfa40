"""Feast's objects from our definitions: nothing in a feature repo is written twice."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, get_args

from feast import Entity, FeatureService, FeatureView, Field, FileSource, PushSource, ValueType
from feast.data_format import DeltaFormat
from feast.types import String

from tillstream.features.definitions import FEATURES, Feature, UseCase, features_of
from tillstream.features.definitions.aggregations import Asked
from tillstream.features.engines.feast.values import TYPES
from tillstream.features.meanings import digest_of
from tillstream.features.value_kinds import value_kind

ENTITY_TAG: Final = "tillstream.entity"
"""Of a view whose values our engines keep as tiles of that entity; others hold what is pushed."""
EVENT_TIMESTAMP: Final = "event_timestamp"


def feast_objects(folder: Path) -> dict[str, Any]:
    """All of a feature repo by name; `folder` holds a Delta table of values for each entity.

    For each entity a view of what our engines keep, named like it, and one of what is pushed or materialized,
    `<entity>_pushed`, with its push source `<entity>_push`; for each use case a service.
    """
    made: dict[str, Any] = {}
    for entity, features in _by_entity(FEATURES.values()).items():
        shared = Entity(name=entity, join_keys=[f"{entity}_id"], value_type=ValueType.STRING)
        values = _source(entity, folder)
        made |= {f"{entity}_entity": shared, f"{entity}_values": values}
        if kept := [feature for feature in features if feature.online]:
            made[entity] = _view(entity, shared, kept, values, kept=True)
        # Feast's file store holds maps of text to text alone, and pushed views are materialized from it.
        if pushed := [one for one in features if not one.online and value_kind(one) != "counts"]:
            push = PushSource(name=f"{entity}_push", batch_source=values)
            made |= {push.name: push, f"{entity}_pushed": _view(f"{entity}_pushed", shared, pushed, push, kept=False)}
    return made | {name: _service(name, made) for name in get_args(UseCase)}


def _by_entity(features: Iterable[Feature]) -> dict[str, list[Feature]]:
    """Without those that the request itself says: nobody keeps them."""
    found: dict[str, list[Feature]] = {}
    for feature in features:
        if not isinstance(feature.aggregation, Asked):
            found.setdefault(feature.entity, []).append(feature)
    return found


def _source(entity: str, folder: Path) -> FileSource:
    return FileSource(
        name=f"{entity}_values",
        path=str(folder / entity),
        file_format=DeltaFormat(),
        timestamp_field=EVENT_TIMESTAMP,
    )


def _view(name: str, entity: Entity, features: Iterable[Feature], source: Any, *, kept: bool) -> FeatureView:
    key = Field(name=entity.join_key, dtype=String)
    return FeatureView(
        name=name,
        entities=[entity],
        schema=[key, *map(_field, features)],
        source=source,
        ttl=timedelta(0),
        # What is kept live has nothing to materialize: with False here `feast materialize` leaves it out.
        online=not kept,
        tags={ENTITY_TAG: entity.name} if kept else {},
    )


def _field(feature: Feature) -> Field:
    kind = value_kind(feature)
    assert kind is not None  # noqa: S101 - feast_objects leaves the others out
    tags = {"unit": feature.unit, "owner": feature.owner, "meaning": digest_of(feature)}
    if feature.personal:
        tags["personal"] = "yes"
    return Field(name=feature.name, dtype=TYPES[kind], description=feature.description, tags=tags)


def _service(use_case: UseCase, made: Mapping[str, Any]) -> FeatureService:
    views = [made[entity][[one.name for one in of]] for entity, of in _by_entity(features_of(use_case)).items()]
    return FeatureService(name=use_case, features=views, description=f"What the model of {use_case} reads.")
