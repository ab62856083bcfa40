"""Sessions as a keyed job: a state a visitor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from tillstream.core.contracts import Event
from tillstream.data.streaming.logic import sessions
from tillstream.data.streaming.logic.sessions import Step, Visitor

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(Visitor).decode


@dataclass(frozen=True, slots=True)
class SessionJob:
    """See KeyedJob."""

    gap_ms: int
    lateness_ms: int
    name: str = "session_aggregator"
    topics: tuple[str, ...] = sessions.TOPICS
    output: str = sessions.OUTPUT

    @property
    def meaning(self) -> str:
        """See KeyedJob."""
        return f"{self.name} 1 gap={self.gap_ms}"

    def items(self, event: Event, received_at_us: int) -> Sequence[tuple[str, Step]]:
        """See KeyedJob."""
        found = sessions.step_of(event, received_at_us)
        return (found,) if found else ()

    def add(self, state: Visitor | None, items: Iterable[Step], watermark_ms: int) -> tuple[Visitor | None, list[str]]:
        """See KeyedJob."""
        added = sessions.add(state or Visitor(), items, gap_ms=self.gap_ms, watermark_ms=watermark_ms)
        return (added.visitor if added.visitor.steps else None), [step.event_id for step in added.late]

    def settle(
        self, key: str, state: Visitor, watermark_ms: int, *, partial: bool
    ) -> tuple[Visitor | None, list[tuple[Event, int]]]:
        """See KeyedJob."""
        visitor, said = sessions.tell(key, state, gap_ms=self.gap_ms, watermark_ms=watermark_ms, partial=partial)
        return (visitor if visitor.steps else None), list(said)

    def due_ms(self, key: str, state: Visitor, watermark_ms: int) -> int:  # noqa: ARG002  protocol
        """See KeyedJob."""
        return sessions.closes_ms(state, self.gap_ms)

    def encode(self, state: Visitor) -> bytes:
        """See KeyedJob."""
        return _ENCODE(state)

    def decode(self, state: bytes) -> Visitor:
        """See KeyedJob."""
        return _DECODE(state)
