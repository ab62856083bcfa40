"""Card testing: stolen card numbers are tried with small amounts, and the one that works buys something dear."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import HOUR_US, MINUTE_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

SMALL_CENTS: Final = 500
LARGE_CENTS: Final = 5_000
LEAST_SMALL: Final = 5
MOST_SMALL: Final = 30
WITHIN_US: Final = HOUR_US


def is_small(rows: Sequence[Row], n: int) -> bool:
    """A try: as small as nobody notices."""
    return rows[n].amount_cents <= SMALL_CENTS


def is_large(rows: Sequence[Row], n: int) -> bool:
    """What it was done for."""
    return rows[n].amount_cents >= LARGE_CENTS


PATTERN: Final = Pattern(
    name="card_testing",
    words="5 to 30 payments of at most 5.00 from one device, made or declined, then one of at least 50.00, in 1 hour.",
    key="device_id",
    kinds=frozenset({"authorized", "declined"}),
    within_us=WITHIN_US,
    severity=0.9,
    parts=(Part("small", is_small, LEAST_SMALL, MOST_SMALL), Part("large", is_large)),
    example=(
        *(Row(n * MINUTE_US, f"y{n}", "declined", amount_cents=199, device_id="d1", card_id=f"k{n}") for n in range(5)),
        Row(9 * MINUTE_US, "y5", "authorized", amount_cents=89_900, device_id="d1", card_id="k4"),
    ),
)
