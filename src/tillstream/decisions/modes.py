"""Named ways to decide when something is missing; a mode is counted, recorded and told to the caller."""

from collections.abc import Iterable
from typing import Final, Literal

Lack = Literal["store_down", "features_stale", "not_trained", "model_missing"]

NORMAL: Final = "normal"
_ORDER: Final[tuple[Lack, ...]] = ("store_down", "features_stale", "not_trained", "model_missing")


def mode_of(lacks: Iterable[Lack]) -> str:
    """`normal`, or what is missing joined by `+`, always in one order."""
    found = set(lacks)
    return "+".join(lack for lack in _ORDER if lack in found) or NORMAL


def age_in_words(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h`, `2 days`: one figure, for a sentence."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
