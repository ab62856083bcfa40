"""A pattern's SQL with the numbers of its Python twin, and its match as a record."""

from importlib import import_module
from importlib.resources import files
from typing import Final

from tillstream.core.contracts import key_of, topic_named
from tillstream.data.streaming.flink.tables import interval
from tillstream.data.streaming.logic.patterns import PATTERNS, Row
from tillstream.data.streaming.logic.patterns.matching import alert_of
from tillstream.data.streaming.logic.patterns.row import OUTPUT

_BETWEEN_IDS: Final = "\x1f"
_SLACK_MS: Final = 2_000
"""WITHIN only frees state: it counts whole seconds of windows, and DEFINE has the exact bound."""


def pattern_sql(name: str) -> str:
    """The statement in patterns/<name>.sql, ready to run."""
    module = import_module(f"tillstream.data.streaming.logic.patterns.{name}")
    sql = (files(__package__) / "patterns" / f"{name}.sql").read_text()
    for constant, value in vars(module).items():
        if constant.isupper() and isinstance(value, int):
            sql = sql.replace(f"{{{constant}}}", str(value))
    return sql.replace("{within}", interval(PATTERNS[name].within_us // 1000 + _SLACK_MS))


def alert_record(
    pattern: str, event_ids: str, at_us: int, received_at_us: int, *named: str | None
) -> tuple[str, bytes]:
    """A match as key and value of `fraud_alerts.v1`, worded by the pure logic.

    `named` are the last event's customer, card, device, visitor and payment.
    """
    *before, last = event_ids.split(_BETWEEN_IDS)
    customer_id, card_id, device_id, visitor_id, payment_id = named
    told = Row(at_us, last, "", received_at_us, 0, customer_id, card_id, device_id, visitor_id, payment_id)
    alert, _ = alert_of(PATTERNS[pattern], [*(Row(at_us, event_id, "") for event_id in before), told])
    return key_of(topic_named(OUTPUT), alert), alert.encode()
