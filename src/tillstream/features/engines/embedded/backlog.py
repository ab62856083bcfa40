"""What a jump over a backlog left to batch: told apart from what was late by itself."""

from typing import Final, NamedTuple

from tillstream.core.contracts import MAX_CLOCK_SKEW_US

NO_JUMP: Final = 2**62


class Jump(NamedTuple):
    """The horizon's first jump: of steps that ended after `from_us` some were released unread."""

    from_us: int
    """NO_JUMP if there was none."""
    lateness_us: int

    def left_out(self, end_us: int, received_at_us: int) -> bool:
        """Whether a released step that ended then was open when this event came, and would have counted it."""
        closes_us = end_us + self.lateness_us - MAX_CLOCK_SKEW_US
        return end_us > self.from_us and received_at_us < closes_us


def is_long(horizon_us: int, released_until_us: int, lateness_us: int) -> bool:
    """Whether a backlog is worth a jump; a shorter one is counted, so that it owes batch nothing."""
    return horizon_us > released_until_us + lateness_us
