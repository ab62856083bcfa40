"""What code in Java must know to read records as the contracts' decoder does."""

from typing import Any

from tillstream.core.contracts import MAX_CLOCK_SKEW_US, to_micros, topic_named
from tillstream.core.contracts.bots import BOT_AGENTS, SCROLLED_MS, SCROLLED_RATIO
from tillstream.core.contracts.event import EARLIEST
from tillstream.core.contracts.json_schema import schema_of
from tillstream.data.streaming.logic.sessions import TOPICS


def reading_rules() -> dict[str, Any]:
    """The contracts as JSON Schemas, what those cannot say of an event's time, and which clicks a program made."""
    return {
        "schemas": {topic: schema_of(topic_named(topic)) for topic in TOPICS},
        "earliest_us": to_micros(EARLIEST),
        "ahead_us": MAX_CLOCK_SKEW_US,
        "bots": {"agents": BOT_AGENTS, "scrolled_ratio": SCROLLED_RATIO, "scrolled_ms": SCROLLED_MS},
    }
