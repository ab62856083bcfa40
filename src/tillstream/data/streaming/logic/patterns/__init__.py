"""Fraud patterns: each a file with its words, its numbers and the rows it matches.

In: payments, placed orders and account events, as rows of a key. Out: alerts that name their events.
Late: a row at or before the watermark is counted and left out.
Twice: a copy of a row changes nothing; an alert's id comes from its events.
See: docs/adr/0013-sessions-and-patterns.md, docs/reference/patterns.md.
"""

from types import MappingProxyType

from tillstream.data.streaming.logic.patterns import (
    card_testing,
    card_velocity,
    declines_then_success,
    device_velocity,
    impossible_travel,
    many_accounts_on_device,
    new_account_high_value,
    takeover,
)
from tillstream.data.streaming.logic.patterns.matching import Pattern
from tillstream.data.streaming.logic.patterns.row import Row

PATTERNS: MappingProxyType[str, Pattern] = MappingProxyType(
    {
        module.PATTERN.name: module.PATTERN
        for module in (
            card_testing,
            card_velocity,
            declines_then_success,
            device_velocity,
            impossible_travel,
            many_accounts_on_device,
            new_account_high_value,
            takeover,
        )
    }
)

__all__ = ["PATTERNS", "Pattern", "Row"]
