"""Records of `sessions.v1`, from what a session comes to: the one place where ids, revisions and fields are given."""

from hashlib import sha256
from typing import Final, NamedTuple

from tillstream.core.contracts import from_micros
from tillstream.core.contracts.derived import Session

_LONGEST_MS: Final = 10**9


class Told(NamedTuple):
    """What was last said of a session."""

    session_id: str
    revision: int
    started_us: int


class Totals(NamedTuple):
    """What the distinct events of a session come to, whichever engine counted them."""

    started_us: int
    ended_us: int
    events: int
    orders: int
    refreshes: int
    views: int
    cart_additions: int
    products: int
    """Different ones."""
    customer_id: str | None
    """The last that was set."""


def told_of(visitor_id: str, first_event_id: str, totals: Totals, *, closed: bool) -> Told:
    """A session's id and revision: they come from its events alone, so every engine comes to the same."""
    return Told(_digest("session", visitor_id, first_event_id), 2 * totals.events + closed, totals.started_us)


def record_of(visitor_id: str, told: Told, totals: Totals, *, closed: bool) -> Session:
    """The record of a revision."""
    return Session(
        event_id=_digest(told.session_id, str(told.revision), "0"),
        occurred_at=from_micros(totals.started_us),
        session_id=told.session_id,
        visitor_id=visitor_id,
        revision=told.revision,
        started_at=from_micros(totals.started_us),
        ended_at=from_micros(totals.ended_us),
        duration_ms=min(totals.ended_us // 1000 - totals.started_us // 1000, _LONGEST_MS),
        clicks=totals.events - totals.orders,
        customer_id=totals.customer_id,
        refreshes=totals.refreshes,
        products=totals.products,
        added_to_cart=totals.cart_additions > 0,
        purchased=totals.orders > 0,
        bounced=totals.events == totals.views == 1,
        closed=closed,
    )


def retraction_of(visitor_id: str, told: Told, *, by: Told) -> Session:
    """Takes an id back with the revision of the session that swallowed it, which is larger than any it had."""
    return Session(
        event_id=_digest(told.session_id, str(by.revision), "1"),
        occurred_at=from_micros(told.started_us),
        session_id=told.session_id,
        visitor_id=visitor_id,
        revision=by.revision,
        started_at=from_micros(told.started_us),
        ended_at=from_micros(told.started_us),
        clicks=0,
        retracted=True,
    )


def _digest(*parts: str) -> str:
    return sha256("|".join(parts).encode()).hexdigest()[:32]
