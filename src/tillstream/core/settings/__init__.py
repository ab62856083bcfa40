"""Typed settings: one frozen class per area, composed in one root.

In: arguments, TILLSTREAM_… variables, secret files, config/<environment>.toml. Out: Settings.
See: docs/reference/settings.md.
"""

from tillstream.core.settings.areas import (
    Engines,
    FeatureSettings,
    LakeSettings,
    LogSettings,
    ModelSettings,
    ServingSettings,
    StackSettings,
    StoreSettings,
)
from tillstream.core.settings.root import Settings, load_settings

__all__ = [
    "Engines",
    "FeatureSettings",
    "LakeSettings",
    "LogSettings",
    "ModelSettings",
    "ServingSettings",
    "Settings",
    "StackSettings",
    "StoreSettings",
    "load_settings",
]
