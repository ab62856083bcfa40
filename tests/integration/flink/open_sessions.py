"""Visitors of just now: one whose session turns out to have begun earlier, one whose two sessions become one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.integration.flink.busy_days import Sent
from tests.shop.events import click

from tillstream.adapters.log import NewRecord
from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.derived import Session
from tillstream.data.streaming.logic.session_records import Told
from tillstream.data.streaming.logic.sessions import step_of, told_of

MOVED, MERGED, LATE = "moved", "merged", "late"
_CLICKS = {
    "m1": (MOVED, 30),
    "m0": (MOVED, 90),
    "a1": (MERGED, 1_950),
    "b1": (MERGED, 20),
    "ab": (MERGED, 900),
    "late": (LATE, 30 * 86_400),
}
"""By name: whose click, and how many seconds ago."""


@dataclass(frozen=True, slots=True)
class LiveClicks:
    """The clicks, and what the pure logic tells of them while they are open."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def sent(self, *names: str) -> list[Sent]:
        """As the collector appends them: the log says when they were received."""
        events = map(self.click, names)
        return [("clicks.v1", NewRecord(event.visitor_id, event.encode())) for event in events]

    def click(self, name: str) -> Click:
        """The click of that name."""
        visitor_id, ago = _CLICKS[name]
        return click(name, self.now - timedelta(seconds=ago), visitor_id, product_id=name)

    def told(self, *names: str) -> Told:
        """What is told of an open session of those clicks, in order."""
        steps = [found[1] for name in names if (found := step_of(self.click(name), 0))]
        return told_of(_CLICKS[names[0]][0], steps, closed=False)


def revisions(sessions: list[Session], of: Told) -> list[tuple[int, bool]]:
    """The revisions of a session that were told, and whether each took it back."""
    return sorted((one.revision, one.retracted) for one in sessions if one.session_id == of.session_id)
