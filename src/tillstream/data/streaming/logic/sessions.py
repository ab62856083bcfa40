"""Sessions of one visitor: what a set of events comes to, in whatever order and pieces it came."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.bots import is_bot
from tillstream.core.contracts.derived import Session
from tillstream.core.contracts.event import Event
from tillstream.core.contracts.instants import to_micros
from tillstream.core.contracts.money import Order
from tillstream.data.streaming.logic import session_records
from tillstream.data.streaming.logic.session_records import Told, Totals, record_of, retraction_of

TOPICS: Final = ("clicks.v1", "orders.v1")
OUTPUT: Final = "sessions.v1"
PLACED: Final = "placed"


class Step(NamedTuple):
    """An event of a visitor as sessions see it; steps sort by when they happened, then by id."""

    at_us: int
    event_id: str
    kind: str
    """A click's kind, or `placed`."""
    product_id: str | None
    customer_id: str | None
    received_at_us: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor's state: the steps of sessions that are open, in order, and what was said of them."""

    steps: tuple[Step, ...] = ()
    told: tuple[Told, ...] = ()


class Added(NamedTuple):
    """A visitor with new steps; `late` and `copies` are the steps that were left out."""

    visitor: Visitor
    late: tuple[Step, ...]
    copies: int


Said: TypeAlias = tuple[Session, int]
"""A record and the largest `received_at_us` of its events."""


def step_of(event: Event, received_at_us: int) -> tuple[str, Step] | None:
    """The event as a step of its visitor; None if sessions take no notice of it."""
    if isinstance(event, Click):
        if is_bot(event):
            return None
        at_us = to_micros(event.occurred_at)
        step = Step(at_us, event.event_id, event.kind, event.product_id, event.customer_id, received_at_us)
        return event.visitor_id, step
    if isinstance(event, Order) and event.kind == PLACED and event.visitor_id:
        at_us = to_micros(event.occurred_at)
        return event.visitor_id, Step(at_us, event.event_id, PLACED, None, event.customer_id, received_at_us)
    return None


def split(steps: Iterable[Step], gap_ms: int) -> list[list[Step]]:
    """The sessions in steps that are in order: a step joins if it comes at most `gap_ms` after the one before.

    Whole milliseconds are compared, rounded down, as stream engines keep time.
    """
    sessions: list[list[Step]] = []
    end_ms = None
    for step in steps:
        at_ms = step[0] // 1000
        if end_ms is not None and at_ms - end_ms <= gap_ms:
            sessions[-1].append(step)
        else:
            sessions.append([step])
        end_ms = at_ms
    return sessions


def is_closed(session: Sequence[Step], gap_ms: int, watermark_ms: int) -> bool:
    """Whether no event that is waited for can still join."""
    return watermark_ms >= session[-1].at_us // 1000 + gap_ms


def closes_ms(visitor: Visitor, gap_ms: int) -> int:
    """The watermark at which the visitor's first open session closes; there must be one."""
    return split(visitor.steps, gap_ms)[0][-1].at_us // 1000 + gap_ms


def add(visitor: Visitor, new: Iterable[Step], *, gap_ms: int, watermark_ms: int) -> Added:
    """The visitor with new steps, each `event_id` once.

    A step is late if the session it would be in, together with all that are open, is closed already.
    """
    known = {step.event_id for step in visitor.steps}
    fresh, copies = [], 0
    for step in new:
        if step.event_id in known:
            copies += 1
        else:
            known.add(step.event_id)
            fresh.append(step)
    steps: list[Step] = []
    late: list[Step] = []
    for session in split(sorted((*visitor.steps, *fresh)), gap_ms):
        (late if is_closed(session, gap_ms, watermark_ms) else steps).extend(session)
    return Added(Visitor(tuple(steps), visitor.told), tuple(late), copies)


def tell(
    visitor_id: str, visitor: Visitor, *, gap_ms: int, watermark_ms: int, partial: bool
) -> tuple[Visitor, list[Said]]:
    """The records that are due, and the visitor after them: sessions that closed have left the state.

    A session that grew since it was last told is due when it closes, and before that if `partial`. Ids that it
    swallowed are taken back with it. Nothing is said where one of those was told of more events than it has.
    """
    said: list[Said] = []
    kept: list[Step] = []
    told = {one.session_id: one for one in visitor.told}
    for session in split(visitor.steps, gap_ms):
        closed = is_closed(session, gap_ms, watermark_ms)
        record = told_of(visitor_id, session, closed=closed)
        before = told.get(record.session_id)
        inside = [one for one in told.values() if session[0].at_us <= one.started_us <= session[-1].at_us]
        swallowed = [one for one in inside if one is not before]
        if (closed or partial) and all(one.revision < record.revision for one in swallowed):
            received_at_us = max(step.received_at_us for step in session)
            said += [(retraction_of(visitor_id, one, by=record), received_at_us) for one in swallowed]
            if before is None or before.revision < record.revision:
                said.append((record_of(visitor_id, record, totals_of(session), closed=closed), received_at_us))
                told[record.session_id] = record
            for one in swallowed:
                del told[one.session_id]
        if closed:
            for one in (*inside, record):
                told.pop(one.session_id, None)
        else:
            kept += session
    return Visitor(tuple(kept), tuple(told.values())), said


def told_of(visitor_id: str, session: Sequence[Step], *, closed: bool) -> Told:
    """A session's id and revision."""
    return session_records.told_of(visitor_id, session[0].event_id, totals_of(session), closed=closed)


def totals_of(session: Sequence[Step]) -> Totals:
    """What a session's steps come to."""
    kinds = [step.kind for step in session]
    return Totals(
        started_us=session[0].at_us,
        ended_us=session[-1].at_us,
        events=len(kinds),
        orders=kinds.count(PLACED),
        refreshes=kinds.count("refreshed"),
        views=kinds.count("viewed"),
        cart_additions=kinds.count("cart_added"),
        products=len({step.product_id for step in session if step.product_id}),
        customer_id=next((step.customer_id for step in reversed(session) if step.customer_id), None),
    )
