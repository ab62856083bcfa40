"""Device velocity: one device pays faster than a person shops, with however many cards."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import MINUTE_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

TRIES: Final = 6
WITHIN_US: Final = 10 * MINUTE_US


def is_try(rows: Sequence[Row], n: int) -> bool:  # noqa: ARG001  any row of the pattern's kinds
    """A payment, whether it went through or not."""
    return True


PATTERN: Final = Pattern(
    name="device_velocity",
    words="6 payments from one device, made or declined, in 10 minutes.",
    key="device_id",
    kinds=frozenset({"authorized", "declined"}),
    within_us=WITHIN_US,
    severity=0.6,
    parts=(Part("tried", is_try, TRIES, TRIES),),
    example=tuple(
        Row(n * MINUTE_US, f"y{n}", "declined", amount_cents=2_500, card_id=f"k{n}", device_id="d1") for n in range(6)
    ),
)
