"""A training set on Spark: what offline.training_set says, for spines and lakes that fit no one machine."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from tillstream.features.definitions import Feature, schema_of, with_parts
from tillstream.features.engines.spark import columns_of_source, events_of, values_of
from tillstream.features.engines.spark.values import AT, ROW
from tillstream.features.errors import FeatureError
from tillstream.features.offline.silver import begin_of
from tillstream.features.offline.spark.silver import Frames


def training_set(frames: Frames, spine: DataFrame, features: Sequence[Feature]) -> DataFrame:
    """The spine's rows, none lost, with one more column for each feature.

    The spine has `row`, unique and the same whenever it is computed, besides what offline.training_set asks of it:
    `at`, `<entity>_id`, the fields that features are given by. A row sees what had been received by `at`.
    """
    schema = schema_of(with_parts(features).values())
    missing = [name for name in (ROW, "at", *(f"{one}_id" for one in schema.groups)) if name not in spine.columns]
    if missing:
        raise FeatureError(f"the spine lacks {', '.join(missing)}; it has {', '.join(spine.columns)}")
    asked = spine.selectExpr("*", f"unix_micros(at) AS {AT}")
    first_us = asked.selectExpr(f"min({AT}) AS first_us").collect()[0].first_us or 0
    groups = [group for of in schema.groups.values() for group in of]
    begin = begin_of(groups, first_us)
    events = {
        (entity, source): events_of(
            source,
            frames(source.topic, begin[source.topic]),
            columns_of_source(group for group in groups if (group.entity, group.source) == (entity, source)),
        )
        for entity, source in dict.fromkeys((group.entity, group.source) for group in groups)
    }
    return values_of(schema, features, events, asked).drop(AT)
