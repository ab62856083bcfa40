"""What each feature means, and the groups of tiles that features share.

In: nothing. Out: Feature, FEATURES, features_of, Schema, its Groups. No engine is imported here.
See: docs/howto/define-a-feature.md, docs/adr/0011-window-meaning.md, docs/reference/features.md.
Late: a definition does not know of it; its step says which tile a late event belongs to.
Twice: definitions are values; the same ones give the same fingerprint, the same meaning the same digest.
"""

from tillstream.features.definitions.language import Feature, UseCase
from tillstream.features.definitions.registry import FEATURES, features_named, features_of
from tillstream.features.definitions.schema import Schema, default_schema, schema_of, with_parts

__all__ = [
    "FEATURES",
    "Feature",
    "Schema",
    "UseCase",
    "default_schema",
    "features_named",
    "features_of",
    "schema_of",
    "with_parts",
]
