"""Takeover: somebody guesses a password, changes it, and orders on what the owner saved."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import HOUR_US, MINUTE_US, SECOND_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

LEAST_FAILURES: Final = 3
MOST_FAILURES: Final = 50
WITHIN_US: Final = HOUR_US


def is_failure(rows: Sequence[Row], n: int) -> bool:
    """A wrong password."""
    return rows[n].kind == "login_failed"


def is_change(rows: Sequence[Row], n: int) -> bool:
    """A new password."""
    return rows[n].kind == "password_changed"


def is_order(rows: Sequence[Row], n: int) -> bool:
    """What it was done for."""
    return rows[n].kind == "placed"


PATTERN: Final = Pattern(
    name="takeover",
    words="3 to 50 failed log-ins of one customer, then a password change, then an order, in an hour.",
    key="customer_id",
    kinds=frozenset({"login_failed", "password_changed", "placed"}),
    within_us=WITHIN_US,
    severity=0.9,
    parts=(
        Part("failed", is_failure, LEAST_FAILURES, MOST_FAILURES),
        Part("changed", is_change),
        Part("ordered", is_order),
    ),
    example=(
        *(Row(n * 20 * SECOND_US, f"a{n}", "login_failed", customer_id="c1") for n in range(3)),
        Row(2 * MINUTE_US, "a3", "password_changed", customer_id="c1"),
        Row(9 * MINUTE_US, "o0", "placed", amount_cents=45_900, customer_id="c1"),
    ),
)
