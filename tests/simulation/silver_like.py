"""Silver's rule as a keyed job: the first of an `event_id` and day stays, whatever comes after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.simulation.world import TOPICS

from tillstream.core.contracts import Event

NEVER_DUE = 2**62


@dataclass(frozen=True, slots=True)
class SilverLike:
    """See KeyedJob; a key is an event's kind, day and id, a state its bytes. It never has anything to tell."""

    lateness_ms: int = 0
    name: str = "silver_like"
    topics: tuple[str, ...] = TOPICS
    output: str = "outcomes.v1"
    meaning: str = "silver-like"

    def items(self, event: Event, received_at_us: int) -> Sequence[tuple[str, bytes]]:
        """See KeyedJob."""
        return (
            (
                f"{type(event).__name__}|{event.occurred_at.date()}|{event.event_id}",
                b"%d|%s" % (received_at_us, event.encode()),
            ),
        )

    def add(self, state: bytes | None, items: Iterable[bytes], watermark_ms: int) -> tuple[bytes | None, list[str]]:
        """See KeyedJob."""
        return (next(iter(items)) if state is None else state), []

    def settle(
        self, key: str, state: bytes, watermark_ms: int, *, partial: bool
    ) -> tuple[bytes | None, list[tuple[Event, int]]]:
        """See KeyedJob."""
        return state, []

    def due_ms(self, key: str, state: bytes, watermark_ms: int) -> int:
        """See KeyedJob."""
        return NEVER_DUE

    def encode(self, state: bytes) -> bytes:
        """See KeyedJob."""
        return state

    def decode(self, state: bytes) -> bytes:
        """See KeyedJob."""
        return state
