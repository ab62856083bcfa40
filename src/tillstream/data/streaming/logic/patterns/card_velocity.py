"""Card velocity: one card is used faster than a person shops."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import MINUTE_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

TRIES: Final = 4
WITHIN_US: Final = 10 * MINUTE_US


def is_try(rows: Sequence[Row], n: int) -> bool:  # noqa: ARG001  any row of the pattern's kinds
    """A payment, whether it went through or not."""
    return True


PATTERN: Final = Pattern(
    name="card_velocity",
    words="4 payments with one card, made or declined, in 10 minutes.",
    key="card_id",
    kinds=frozenset({"authorized", "declined"}),
    within_us=WITHIN_US,
    severity=0.6,
    parts=(Part("tried", is_try, TRIES, TRIES),),
    example=tuple(
        Row(n * 2 * MINUTE_US, f"y{n}", "authorized", amount_cents=2_500, card_id="k1", device_id=f"d{n}")
        for n in range(4)
    ),
)
