"""Events that end a feed: much later than all others, so that every session of it is over."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from tests.oracle.sending import CRAWLERS, Sent

from tillstream.adapters.log import partition_of
from tillstream.core.contracts import TOPICS, from_micros

_LATER: Final = timedelta(hours=3)
"""More than the gap of a session and all lateness that counts live."""


def closing(sent: Sequence[Sent]) -> list[Sent]:
    """One on each partition that sessions and patterns read; none is part of a session itself.

    Flink tells a session whose last click is long past only when it is over, as embedded workers do.
    """
    at_us = max(one.received_at_us for one in sent) + int(_LATER.total_seconds() * 1e6)
    return [_event(topic, partition, at_us) for topic in _KINDS for partition in range(TOPICS[topic].partitions)]


def _event(topic: str, partition: int, at_us: int) -> Sent:
    count = TOPICS[topic].partitions
    keys = (f"end-{at_us}-{topic}-{number}" for number in range(10_000))
    key = next(key for key in keys if partition_of(key, count) == partition)
    event = {"event_id": key, "occurred_at": from_micros(at_us).isoformat(), **_KINDS[topic](key)}
    return Sent(topic, key, json.dumps(event).encode(), at_us)


_MONEY: Final = {"customer_id": "end", "currency": "EUR"}
_KINDS: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "clicks.v1": lambda key: {"visitor_id": key, "kind": "viewed", "user_agent": CRAWLERS[0]},
    "orders.v1": lambda key: {
        "order_id": key, "kind": "completed", "total_cents": 0, "discount_cents": 0, "lines": [], **_MONEY,
    },
    "payments.v1": lambda key: {"payment_id": key, "kind": "captured", "amount_cents": 0, "card_id": key, **_MONEY},
    "accounts.v1": lambda key: {"customer_id": key, "kind": "logged_in"},
}  # fmt: skip
