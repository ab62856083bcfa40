"""What a feature's value is, so that a type of another system can be named for it."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from tillstream.features.definitions import FEATURES, Feature
from tillstream.features.definitions.aggregations import (
    Calendar,
    Count,
    Decayed,
    Difference,
    Distinct,
    Given,
    Mean,
    Ratio,
    Recent,
    SecondsSince,
    Top,
    TopValue,
    parts_of,
)

ValueKind: TypeAlias = Literal["whole", "fraction", "text", "wholes", "texts", "counts"]
"""An int, a float, a str, a list of either, or text to int; any of them may be missing."""


def value_kind(feature: Feature, among: Mapping[str, Feature] = FEATURES) -> ValueKind | None:
    """The kind of a feature's value; None where only the request knows. Its parts are `among` these."""
    match feature.aggregation:
        case Count() | Distinct() | Calendar():
            return "whole"
        case Mean() | Decayed() | SecondsSince() | Ratio():
            return "fraction"
        case Top():
            return "counts"
        case TopValue():
            return "text"
        case Recent(give=give):
            return "texts" if give == "values" else "wholes"
        case Difference():
            kinds = {value_kind(among[name], among) for name in parts_of(feature.aggregation)}
            return "whole" if kinds == {"whole"} else "fraction"
        case Given():
            return None
    field = feature.field
    assert field is not None  # noqa: S101 - what is left aggregates a field
    return "text" if field.kind == "text" else "fraction" if field.kind == "fraction" else "whole"
