"""A training set: each row of a spine with its features as they were known at its time."""

from collections.abc import Sequence

import polars as pl

from tillstream.features.definitions import Feature, schema_of
from tillstream.features.definitions.language import Ratio
from tillstream.features.definitions.registry import FEATURES
from tillstream.features.engines.polars import Spine, values_of
from tillstream.features.errors import FeatureError
from tillstream.features.offline.silver import Lake, begin_of, events_by_source, silver_of


def training_set(lake: Lake, spine: pl.DataFrame, features: Sequence[Feature]) -> pl.DataFrame:
    """The spine's rows, in order and none lost, with one more column for each feature.

    The spine has `at` (timestamp, UTC) and `<entity>_id` for each entity asked; a null id gets the defaults.
    A row sees what had been received by `at`, the instant included: to leave out the very event that is to be
    judged, ask one microsecond before it. Lists are lists, `Top` a list of structs, a missing value null.
    """
    schema = schema_of((*features, *_parts(features)))
    entities = dict.fromkeys(feature.entity for feature in features)
    missing = [name for name in ("at", *(f"{entity}_id" for entity in entities)) if name not in spine.columns]
    if missing:
        raise FeatureError(f"the spine lacks {', '.join(missing)}; it has {', '.join(spine.columns)}")
    groups = [group for groups in schema.groups.values() for group in groups]
    first_us = spine["at"].dt.epoch("us").min() if spine.height else 0
    assert isinstance(first_us, int)  # noqa: S101 - an epoch is a whole number
    events = events_by_source(groups, silver_of(lake, groups, begin_of(groups, first_us)))
    asked = Spine({entity: spine[f"{entity}_id"] for entity in entities}, spine["at"].dt.epoch("us"))
    return spine.hstack(values_of(schema, features, events, asked))


def _parts(features: Sequence[Feature]) -> list[Feature]:
    ratios = [f.aggregation for f in features if isinstance(f.aggregation, Ratio)]
    have = {feature.name for feature in features}
    return [FEATURES[name] for ratio in ratios for name in (ratio.of, ratio.over) if name not in have]
