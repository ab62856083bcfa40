"""Instants as whole microseconds since 1970 UTC, exactly and both ways."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Whole microseconds since 1970; `timestamp()` would round through a float."""
    return (instant - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC instant that many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=micros)
