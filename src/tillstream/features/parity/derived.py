"""The reference of values that need no tile of their own: one cell after the other, as their definitions say."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tillstream.features.definitions.aggregations import Calendar, Difference, Given, Ratio
from tillstream.features.definitions.calendar import calendar_term
from tillstream.features.definitions.language import Feature

Cells: TypeAlias = Sequence[Any]


def derived_cells(
    feature: Feature, columns: Mapping[str, Cells], *, ids: int, at_us: int, given: Mapping[str, Any]
) -> Cells:
    """One cell for each of so many ids, without defaults; `columns` holds the feature's parts, with theirs."""
    match feature.aggregation:
        case Ratio(of, over):
            return [_ratio(*pair) for pair in zip(columns[of], columns[over], strict=True)]
        case Difference(of, less):
            subtracted = columns[less] if isinstance(less, str) else [less] * ids
            pairs = zip(columns[of], subtracted, strict=True)
            return [None if one is None or other is None else one - other for one, other in pairs]
        case Calendar(term):
            return [calendar_term(term, at_us)] * ids
        case Given(of):
            return [given.get(of)] * ids
    raise AssertionError(feature)


def _ratio(of: float | None, over: float | None) -> float | None:
    return None if of is None or not over else float(of) / float(over)
