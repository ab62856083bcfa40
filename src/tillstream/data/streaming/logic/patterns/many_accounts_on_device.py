"""Many accounts on one device: somebody opens accounts as others open letters."""

from collections.abc import Sequence
from typing import Final

from tillstream.data.streaming.logic.patterns.matching import HOUR_US, Part, Pattern
from tillstream.data.streaming.logic.patterns.row import Row

ACCOUNTS: Final = 3
WITHIN_US: Final = 24 * HOUR_US


def is_another(rows: Sequence[Row], n: int) -> bool:
    """An account that none of the rows before it opened."""
    return all(row.customer_id != rows[n].customer_id for row in rows[:n])


PATTERN: Final = Pattern(
    name="many_accounts_on_device",
    words="3 accounts opened in a row on one device, each of another customer, in 24 hours.",
    key="device_id",
    kinds=frozenset({"registered"}),
    needs=("customer_id",),
    within_us=WITHIN_US,
    severity=0.7,
    parts=(Part("opened", is_another, ACCOUNTS, ACCOUNTS),),
    example=tuple(Row(n * HOUR_US, f"a{n}", "registered", customer_id=f"c{n}", device_id="d1") for n in range(3)),
)
