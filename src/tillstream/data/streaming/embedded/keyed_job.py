"""What the keyed worker asks of a job; sessions and patterns are two."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from tillstream.core.contracts import Event

Item = TypeVar("Item")
State = TypeVar("State")


class KeyedJob(Protocol[Item, State]):
    """Pure: it keeps nothing. All items of a key meet in one state; an empty state is None."""

    @property
    def name(self) -> str:
        """What users call it, and its group on the log."""

    @property
    def topics(self) -> tuple[str, ...]:
        """What it reads."""

    @property
    def output(self) -> str:
        """The topic of its records."""

    @property
    def lateness_ms(self) -> int:
        """How far its watermark lies behind the newest event."""

    @property
    def meaning(self) -> str:
        """Changes with every setting that changes what a state means."""

    def items(self, event: Event, received_at_us: int) -> Sequence[tuple[str, Item]]:
        """The event as items by key."""

    def add(self, state: State | None, items: Iterable[Item], watermark_ms: int) -> tuple[State | None, list[str]]:
        """The state with these items, and the `event_id` of those that came too late."""

    def settle(
        self, key: str, state: State, watermark_ms: int, *, partial: bool
    ) -> tuple[State | None, list[tuple[Event, int]]]:
        """The state at this watermark, and the records that are due, each with when it was received."""

    def due_ms(self, key: str, state: State, watermark_ms: int) -> int:
        """The next watermark at which to settle."""

    def encode(self, state: State) -> bytes:
        """The state's bytes."""

    def decode(self, state: bytes) -> State:
        """The state from its bytes."""
