"""A training set: each row of a spine with its features as they were known at its time."""

from collections.abc import Sequence

import polars as pl

from tillstream.features.definitions import Feature, schema_of, with_parts
from tillstream.features.engines.polars import Spine, values_of
from tillstream.features.errors import FeatureError
from tillstream.features.offline.silver import Lake, begin_of, events_by_source, silver_of


def training_set(lake: Lake, spine: pl.DataFrame, features: Sequence[Feature]) -> pl.DataFrame:
    """The spine's rows, in order and none lost, with one more column for each feature.

    The spine has `at` (timestamp, UTC), `<entity>_id` for each entity whose events are asked, a null id gets the
    defaults, and the fields that features are given by. A row sees what had been received by `at`, the instant
    included: to leave out the very event that is to be judged, ask one microsecond before it, or a feature that does
    not count the current event. Lists are lists, `Top` a list of structs, a missing value null.
    """
    schema = schema_of(with_parts(features).values())
    missing = [name for name in ("at", *(f"{entity}_id" for entity in schema.groups)) if name not in spine.columns]
    if missing:
        raise FeatureError(f"the spine lacks {', '.join(missing)}; it has {', '.join(spine.columns)}")
    groups = [group for groups in schema.groups.values() for group in groups]
    first_us = spine["at"].dt.epoch("us").min() if spine.height else 0
    assert isinstance(first_us, int)  # noqa: S101 - an epoch is a whole number
    events = events_by_source(groups, silver_of(lake, groups, begin_of(groups, first_us)))
    ids = {entity: spine[f"{entity}_id"] for entity in schema.groups}
    asked = Spine(ids, spine["at"].dt.epoch("us"), {name: spine[name] for name in spine.columns})
    return spine.hstack(values_of(schema, features, events, asked))
