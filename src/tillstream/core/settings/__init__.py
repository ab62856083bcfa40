"""Typed settings: one frozen class per area, composed in one root.

In: arguments, TILLSTREAM_… variables, secret files, config/<environment>.toml. Out: Settings.
See: docs/reference/settings.md.
"""

from tillstream.core.settings.areas import (
    Engines,
    FeatureSettings,
    FlinkSettings,
    KafkaSettings,
    LakeSettings,
    LogSettings,
    MetricsSettings,
    ModelSettings,
    ServingSettings,
    SparkSettings,
    StackSettings,
    StoreSettings,
    StreamingSettings,
)
from tillstream.core.settings.root import Settings, load_settings

__all__ = [
    "Engines",
    "FeatureSettings",
    "FlinkSettings",
    "KafkaSettings",
    "LakeSettings",
    "LogSettings",
    "MetricsSettings",
    "ModelSettings",
    "ServingSettings",
    "Settings",
    "SparkSettings",
    "StackSettings",
    "StoreSettings",
    "StreamingSettings",
    "load_settings",
]
