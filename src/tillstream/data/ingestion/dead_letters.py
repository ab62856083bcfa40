"""How an event that broke a rule is kept: its bytes, its place and every reason."""

import base64
import hashlib
from collections.abc import Sequence

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.core.contracts import TOPICS, from_micros
from tillstream.core.contracts.derived import DeadLetter

TOPIC = "dead_letters.v1"
_MAX_REASONS = 50
_MAX_REASON = 2000


def dead_letter_id(topic: str, value: bytes) -> str:
    """A digest of topic and bytes, so that a retry of the same bad event makes no second letter."""
    return hashlib.sha256(topic.encode() + b"\0" + value).hexdigest()[:32]


def dead_letter_of(
    topic: str, value: bytes, reasons: Sequence[str], *, place: str, received_at_us: int, key: str | None = None
) -> NewRecord:
    """The record for dead_letters.v1; it occurred and was received when the event was received.

    `topic` is where it would have gone and need not exist; `place` as the contract says.
    """
    letter = DeadLetter(
        event_id=dead_letter_id(topic, value),
        occurred_at=from_micros(received_at_us),
        topic=topic[:200] or "?",
        place=place[:200],
        reasons=[reason[:_MAX_REASON] for reason in reasons[:_MAX_REASONS]] or ["no reason given"],
        original=base64.b64encode(value).decode(),
        contract=topic if topic in TOPICS else None,
        key=key[:_MAX_REASON] if key is not None else None,
    )
    return NewRecord(letter.event_id, letter.encode(), {RECEIVED_AT: str(received_at_us)})
