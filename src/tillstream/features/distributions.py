"""How a feature's values lie among the entities of a home: a plot for its page."""

from typing import Final

import polars as pl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tillstream.features.definitions import Feature

_SIZE: Final = (7.2, 3.4)
_BLUE: Final = "#2f6fab"
_FEW, _BINS, _LONGEST = 16, 40, 28


def distribution(feature: Feature, values: pl.Series) -> Figure:
    """Entities by value, one at least; how many have none stands in the title.

    A bar each for few whole numbers and for the most frequent texts and entries of lists; a histogram otherwise, its
    heights on a log scale, for most entities have little and few have much.
    """
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    unit = "" if feature.unit == "1" else feature.unit
    known = values.drop_nulls()
    missing = f", {(len(values) - len(known)) / len(values):.0%} without a value" if len(known) < len(values) else ""
    axes.set_title(f"{feature.name}, {len(values):,} {feature.entity} ids{missing}", fontsize=10, loc="left")
    if isinstance(known.dtype, pl.List):
        known = known.explode().drop_nulls()
    if known.is_empty():
        return figure
    if known.dtype.is_numeric() and (known.dtype.is_float() or known.n_unique() > _FEW):
        axes.hist(known.to_numpy(), bins=_BINS, color=_BLUE)
        axes.set(xlabel=unit, ylabel=f"{feature.entity} ids, log scale", yscale="log", ylim=(0.7, None))
        return figure
    counts = known.value_counts(sort=True, name="count").head(_FEW)
    counts = counts.sort(known.name) if known.dtype.is_numeric() else counts
    labels = [str(value)[:_LONGEST] for value in counts[known.name].to_list()]
    axes.barh(labels, counts["count"].to_list(), color=_BLUE)
    axes.invert_yaxis()
    axes.set(xlabel=f"{feature.entity} ids", ylabel=unit)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
