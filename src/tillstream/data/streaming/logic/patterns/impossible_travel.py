"""Impossible travel: one card has things shipped to two countries within hours."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import HOUR_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

WITHIN_US: Final = 6 * HOUR_US


def is_anywhere(rows: Sequence[Row], n: int) -> bool:  # noqa: ARG001  any row of the pattern's kinds
    """A payment that went through."""
    return True


def is_elsewhere(rows: Sequence[Row], n: int) -> bool:
    """Shipped to another country than the first."""
    return rows[n].shipping_country != rows[0].shipping_country


PATTERN: Final = Pattern(
    name="impossible_travel",
    words="2 payments in a row with one card that go through and ship to different countries, within 6 hours.",
    key="card_id",
    kinds=frozenset({"authorized"}),
    needs=("shipping_country",),
    within_us=WITHIN_US,
    severity=0.7,
    parts=(Part("here", is_anywhere), Part("elsewhere", is_elsewhere)),
    example=(
        Row(0, "y0", "authorized", amount_cents=31_900, card_id="k1", shipping_country="DE"),
        Row(2 * HOUR_US, "y1", "authorized", amount_cents=8_900, card_id="k1", shipping_country="ES"),
    ),
)
