"""Values of the store as columns of one row: what the scorers of price, churn and fraud read."""

from collections.abc import Mapping, Sequence

import numpy as np

from tillstream.decisions.ports import Rows
from tillstream.decisions.record.columns import Columns


def numbers_of(ids: Mapping[str, str], rows: Rows | None) -> dict[str, float]:
    """Every numeric value of these ids (entity -> id) by feature; lists and texts are passed over."""
    found: dict[str, float] = {}
    if rows is None:
        return found
    for entity, one in ids.items():
        for name, value in rows.values.get(entity, {}).get(one, {}).items():
            if isinstance(value, int | float):
                found[name] = float(value)
    return found


def columns_of(ids: Mapping[str, str], rows: Rows | None) -> Columns:
    """One row of all numeric values, columns by name."""
    found = numbers_of(ids, rows)
    return one_row(sorted(found), found, {})


def one_row(names: Sequence[str], values: Mapping[str, float], defaults: Mapping[str, float]) -> Columns:
    """One row in this order; what is missing takes its default, or 0."""
    row = [values.get(name, defaults.get(name, 0.0)) for name in names]
    return Columns(tuple(names), np.array([row], np.float32).reshape(1, len(names)))
