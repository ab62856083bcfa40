"""Values that need no tile of their own: made of other features, of the calendar, or given by the request."""

from collections.abc import Mapping
from typing import Any

from tillstream.features.definitions.aggregations import Calendar, Difference, Given, Ratio
from tillstream.features.definitions.calendar import calendar_term
from tillstream.features.definitions.language import Feature
from tillstream.features.online.cells import Cells, ratio_of


def untiled_cells(
    feature: Feature, columns: Mapping[str, Cells], *, ids: int, at_us: int, given: Mapping[str, Any]
) -> Cells:
    """One cell for each of so many ids, without defaults; `columns` holds the feature's parts, with theirs."""
    match feature.aggregation:
        case Ratio(of, over):
            return [ratio_of(*pair) for pair in zip(columns[of], columns[over], strict=True)]
        case Difference(of, less):
            subtracted = columns[less] if isinstance(less, str) else [less] * ids
            pairs = zip(columns[of], subtracted, strict=True)
            return [None if one is None or other is None else one - other for one, other in pairs]
        case Calendar(term):
            return [calendar_term(term, at_us)] * ids
        case Given(of):
            return [given.get(of)] * ids
    raise AssertionError(feature)
