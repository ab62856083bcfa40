"""The envelope every event shares, and the rules that a single field cannot say."""

from datetime import UTC, datetime
from typing import ClassVar

import msgspec

from tillstream.core.contracts.fields import Id, Instant

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened; `event_id` is set by the producer and unique.

    Unknown fields are allowed and kept in bronze: a newer producer may add optional ones.
    """

    at_least_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of fields of which one must be set."""

    event_id: Id
    occurred_at: Instant

    def __post_init__(self) -> None:
        if self.occurred_at < EARLIEST:
            raise ValueError("`occurred_at` is before 2000: the producer's clock is broken")
        for group in self.at_least_one:
            if all(getattr(self, name) is None for name in group):
                raise ValueError(f"at least one of {', '.join(f'`{name}`' for name in group)} is required")

    def encode(self) -> bytes:
        """Its JSON, fields in the order of the contract, defaults left out."""
        return ENCODER.encode(self)


ENCODER = msgspec.json.Encoder()
