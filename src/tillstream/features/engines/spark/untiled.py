"""Values that need no tile of their own, and what stands for a missing value."""

from collections.abc import Mapping
from typing import Final

from pyspark.sql import Column
from pyspark.sql import functions as f

from tillstream.features.definitions.aggregations import (
    ADDED,
    LISTS,
    Calendar,
    Decayed,
    Difference,
    Given,
    Ratio,
    Recent,
)
from tillstream.features.definitions.calendar import calendar_term
from tillstream.features.definitions.language import Feature

_COUNTS: Final = "array<struct<value: string, count: bigint>>"


def untiled(feature: Feature, among: Mapping[str, Feature], at_us: Column) -> Column:
    """A value made of others, of the instant asked, or given by the spine; null where there is none."""
    match feature.aggregation:
        case Ratio(of, over):
            divisor = or_default(among[over]).cast("double")
            return f.when(divisor != 0, or_default(among[of]).cast("double") / divisor)
        case Difference(of, less):
            return or_default(among[of]) - (
                or_default(among[less]) if isinstance(less, str) else f.lit(less).cast("long")
            )
        case Calendar(term):
            return f.udf(lambda at: calendar_term(term, at), "bigint", useArrow=False)(at_us)
        case Given(of):
            return f.col(of)
    raise AssertionError(feature)


def or_default(feature: Feature, *, empty_only: bool = False) -> Column:
    """The column of its name, missing values its default; with `empty_only` just what nothing adds up to."""
    aggregation, value = feature.aggregation, f.col(f"`{feature.name}`")
    if isinstance(aggregation, LISTS):
        kind = _COUNTS
        if isinstance(aggregation, Recent):
            kind = "array<string>" if aggregation.give == "values" else "array<bigint>"
        value = f.coalesce(value, f.array().cast(kind))
    elif isinstance(aggregation, ADDED):
        value = f.coalesce(value, f.lit(0.0) if _is_fraction(feature) else f.lit(0).cast("long"))
    elif feature.default is not None and not empty_only:
        default = f.lit(feature.default)
        value = f.coalesce(value, default.cast("long") if isinstance(feature.default, int) else default)
    return value.alias(feature.name)


def _is_fraction(feature: Feature) -> bool:
    field = feature.field
    return isinstance(feature.aggregation, Decayed) or (field is not None and field.kind == "fraction")
