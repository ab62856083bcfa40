"""Declines, then success: a card is refused again and again until a payment goes through."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import MINUTE_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

LEAST_DECLINES: Final = 2
MOST_DECLINES: Final = 20
WITHIN_US: Final = 30 * MINUTE_US


def is_decline(rows: Sequence[Row], n: int) -> bool:
    """Refused by the bank."""
    return rows[n].kind == "declined"


def is_success(rows: Sequence[Row], n: int) -> bool:
    """Went through."""
    return rows[n].kind == "authorized"


PATTERN: Final = Pattern(
    name="declines_then_success",
    words="2 to 20 declined payments with one card, then one that goes through, in 30 minutes.",
    key="card_id",
    kinds=frozenset({"authorized", "declined"}),
    within_us=WITHIN_US,
    severity=0.5,
    parts=(Part("declined", is_decline, LEAST_DECLINES, MOST_DECLINES), Part("paid", is_success)),
    example=(
        Row(0, "y0", "declined", amount_cents=31_900, card_id="k1"),
        Row(MINUTE_US, "y1", "declined", amount_cents=31_900, card_id="k1"),
        Row(2 * MINUTE_US, "y2", "authorized", amount_cents=31_900, card_id="k1"),
    ),
)
