"""New account, high value: the first thing an account does is to order something dear, to another country."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import HOUR_US, MINUTE_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

HIGH_CENTS: Final = 10_000
WITHIN_US: Final = HOUR_US


def is_registration(rows: Sequence[Row], n: int) -> bool:
    """The account is opened."""
    return rows[n].kind == "registered"


def is_dear_order(rows: Sequence[Row], n: int) -> bool:
    """A dear order whose addresses lie in two countries, both known."""
    row = rows[n]
    if row.kind != "placed" or row.amount_cents < HIGH_CENTS:
        return False
    return None not in (row.shipping_country, row.billing_country) and row.shipping_country != row.billing_country


PATTERN: Final = Pattern(
    name="new_account_high_value",
    words="An account is opened and its first order, within an hour, is of at least 100.00 "
    "with shipping and billing in different countries.",
    key="customer_id",
    kinds=frozenset({"registered", "placed"}),
    within_us=WITHIN_US,
    severity=0.8,
    parts=(Part("opened", is_registration), Part("ordered", is_dear_order)),
    example=(
        Row(0, "a0", "registered", customer_id="c1", device_id="d1"),
        Row(7 * MINUTE_US, "o0", "placed", amount_cents=45_900, customer_id="c1", shipping_country="ES",
            billing_country="DE"),
    ),
)  # fmt: skip
