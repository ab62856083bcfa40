"""Values that need no tile of their own: made of other features, of the calendar, or given by the request."""

from collections.abc import Mapping
from typing import Any

from tillstream.features.definitions.aggregations import Calendar, Difference, Given, Ratio
from tillstream.features.definitions.calendar import calendar_term
from tillstream.features.definitions.language import Feature
from tillstream.features.online.column import AnyColumn, Column, Listed, difference_of, ratio_of


def untiled_column(
    feature: Feature, columns: Mapping[str, AnyColumn], *, ids: int, at_us: int, given: Mapping[str, Any]
) -> AnyColumn:
    """A value for each of so many ids; `columns` holds the feature's parts, with their defaults."""
    match feature.aggregation:
        case Ratio(of, over):
            return _with_default(ratio_of(columns[of], columns[over]), feature.default)
        case Difference(of, less):
            subtracted = columns[less] if isinstance(less, str) else less
            return _with_default(difference_of(columns[of], subtracted), feature.default)
        case Calendar(term):
            return Listed([calendar_term(term, at_us)] * ids, feature.default)
        case Given(of):
            return Listed([given.get(of)] * ids, feature.default)
    raise AssertionError(feature)


def _with_default(column: Column, default: Any) -> Column:
    return Column(column.values, column.is_missing, default)
