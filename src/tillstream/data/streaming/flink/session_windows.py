"""Closed sessions, as Flink's window gives them, to records of `sessions.v1`."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from tillstream.core.contracts.derived import Session
from tillstream.data.streaming.logic.session_records import Told, Totals, record_of, retraction_of, told_of
from tillstream.data.streaming.logic.sessions import Visitor

_AT_DIGITS: Final = 17


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
    def told(self) -> Told:
        """Its id and last revision."""
        return told_of(self.visitor_id, self.first_at_and_id[_AT_DIGITS:], self.totals, closed=True)

    @property
    def totals(self) -> Totals:
        """What its events come to."""
        return Totals(
            started_us=self.started_us,
            ended_us=self.ended_us,
            events=self.events,
            orders=self.orders,
            refreshes=self.refreshes,
            views=self.viewed,
            cart_additions=self.cart_additions,
            products=self.products,
            customer_id=self.last_customer.partition("\0")[2] if self.last_customer else None,
        )


def closed(window: Window) -> Session:
    """The last record of a session."""
    return record_of(window.visitor_id, window.told, window.totals, closed=True)


def taken_back(window: Window, told: Sequence[Told]) -> list[Session]:
    """Takes back what was said of parts of a session before it was known whole."""
    by = window.told
    parts = [one for one in told if one.session_id != by.session_id and _holds(window, one.started_us)]
    return [retraction_of(window.visitor_id, one, by=by) for one in parts]


def without(visitor: Visitor, window: Window) -> Visitor:
    """A visitor's state after that session is over."""
    return Visitor(
        tuple(step for step in visitor.steps if not _holds(window, step.at_us)),
        tuple(one for one in visitor.told if not _holds(window, one.started_us)),
    )


def _holds(window: Window, at_us: int) -> bool:
    return window.started_us <= at_us <= window.ended_us
