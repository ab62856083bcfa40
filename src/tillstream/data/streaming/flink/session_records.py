"""Closed sessions, as Flink's window gives them, to records of `sessions.v1`."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from tillstream.core.contracts import from_micros
from tillstream.core.contracts.derived import Session
from tillstream.data.streaming.logic.sessions import Told, Visitor

_AT_DIGITS: Final = 17
_LONGEST_MS: Final = 10**9


class Window(NamedTuple):
    """A session whose time is over; the columns are those of sessions.sql."""

    visitor_id: str
    received_at_us: int
    first_at_and_id: str
    ended_us: int
    events: int
    orders: int
    refreshes: int
    viewed: int
    cart_additions: int
    products: int
    last_customer: str | None

    @property
    def started_us(self) -> int:
        """When its first event happened."""
        return int(self.first_at_and_id[:_AT_DIGITS])

    @property
    def session_id(self) -> str:
        """From the visitor and the first event alone."""
        return _digest("session", self.visitor_id, self.first_at_and_id[_AT_DIGITS:])

    @property
    def revision(self) -> int:
        """Twice its events, and one more because it is closed."""
        return 2 * self.events + 1


def closed(window: Window) -> Session:
    """The last record of a session."""
    return Session(
        event_id=_digest(window.session_id, str(window.revision), "0"),
        occurred_at=from_micros(window.started_us),
        session_id=window.session_id,
        visitor_id=window.visitor_id,
        revision=window.revision,
        started_at=from_micros(window.started_us),
        ended_at=from_micros(window.ended_us),
        duration_ms=min(window.ended_us // 1000 - window.started_us // 1000, _LONGEST_MS),
        clicks=window.events - window.orders,
        customer_id=window.last_customer.partition("\0")[2] if window.last_customer else None,
        refreshes=window.refreshes,
        products=window.products,
        added_to_cart=window.cart_additions > 0,
        purchased=window.orders > 0,
        bounced=window.events == window.viewed == 1,
        closed=True,
    )


def taken_back(window: Window, told: Sequence[Told]) -> list[Session]:
    """Takes back what was said of parts of a session before it was known whole."""
    return [_retracted(window, one) for one in told if one.session_id != window.session_id and _holds(window, one[2])]


def without(visitor: Visitor, window: Window) -> Visitor:
    """A visitor's state after that session is over."""
    return Visitor(
        tuple(step for step in visitor.steps if not _holds(window, step.at_us)),
        tuple(one for one in visitor.told if not _holds(window, one.started_us)),
    )


def _holds(window: Window, at_us: int) -> bool:
    return window.started_us <= at_us <= window.ended_us


def _retracted(window: Window, told: Told) -> Session:
    """The revision is the whole session's, which is larger than any the part had."""
    return Session(
        event_id=_digest(told.session_id, str(window.revision), "1"),
        occurred_at=from_micros(told.started_us),
        session_id=told.session_id,
        visitor_id=window.visitor_id,
        revision=window.revision,
        started_at=from_micros(told.started_us),
        ended_at=from_micros(told.started_us),
        clicks=0,
        retracted=True,
    )


def _digest(*parts: str) -> str:
    return sha256("|".join(parts).encode()).hexdigest()[:32]
