"""Fraud patterns as a keyed job: a state a pattern and key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from tillstream.core.contracts import Event
from tillstream.data.streaming.logic.patterns import PATTERNS, Pattern, Row
from tillstream.data.streaming.logic.patterns.matching import add, alert_of, due_ms, settle
from tillstream.data.streaming.logic.patterns.row import OUTPUT, TOPICS, row_of

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(tuple[Row, ...]).decode


@dataclass(frozen=True, slots=True)
class PatternJob:
    """See KeyedJob; a key is `pattern|key`."""

    lateness_ms: int
    name: str = "fraud_pattern_detector"
    topics: tuple[str, ...] = TOPICS
    output: str = OUTPUT

    @property
    def meaning(self) -> str:
        """See KeyedJob."""
        return f"{self.name} 1 {' '.join(PATTERNS)}"

    def items(self, event: Event, received_at_us: int) -> Sequence[tuple[str, Row]]:
        """See KeyedJob."""
        row = row_of(event, received_at_us)
        if row is None:
            return ()
        keys = ((pattern.name, pattern.key_of(row)) for pattern in PATTERNS.values())
        return [(f"{name}|{key}", row) for name, key in keys if key is not None]

    def add(
        self,
        state: tuple[Row, ...] | None,
        items: Iterable[Row],
        watermark_ms: int,
    ) -> tuple[tuple[Row, ...] | None, list[str]]:
        """See KeyedJob."""
        rows, late, _ = add(state or (), items, watermark_ms)
        return rows or None, [row.event_id for row in late]

    def settle(
        self,
        key: str,
        state: tuple[Row, ...],
        watermark_ms: int,
        *,
        partial: bool,  # noqa: ARG002  an alert is never partial
    ) -> tuple[tuple[Row, ...] | None, list[tuple[Event, int]]]:
        """See KeyedJob."""
        pattern = _pattern(key)
        settled = settle(pattern, state, watermark_ms)
        return settled.rows or None, [alert_of(pattern, rows) for rows in settled.matches]

    def due_ms(self, key: str, state: tuple[Row, ...], watermark_ms: int) -> int:
        """See KeyedJob."""
        return due_ms(_pattern(key), state, watermark_ms)

    def encode(self, state: tuple[Row, ...]) -> bytes:
        """See KeyedJob."""
        return _ENCODE(state)

    def decode(self, state: bytes) -> tuple[Row, ...]:
        """See KeyedJob."""
        return _DECODE(state)


def _pattern(key: str) -> Pattern:
    return PATTERNS[key.partition("|")[0]]
