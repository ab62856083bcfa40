"""A tape through one engine set: the stack's own services, from the log to gold."""

import time
from collections.abc import Callable, Sequence

from research.conformance.tape import Taped, append_to
from research.homes import UNUSED, Home, RunFailed, settings_of, stack

from tillstream.adapters.log import Log
from tillstream.apps.wiring.event_log import open_log
from tillstream.core.contracts import LAKE_TOPICS
from tillstream.data.lake import Lake
from tillstream.data.streaming.logic import sessions
from tillstream.data.streaming.logic.patterns import row as patterns

READERS = {"lake": LAKE_TOPICS, "session_aggregator": sessions.TOPICS, "fraud_pattern_detector": patterns.TOPICS}
DERIVED = ("sessions.v1", "fraud_alerts.v1", "dead_letters.v1")
QUIET_SECONDS = 25.0
"""More than two checkpoints: what an engine still told of what it had read has come."""
MOST_SECONDS = 1_200.0


def pass_tape(home: Home, tape: Sequence[Taped], *, late: bool, tell: Callable[[str], None]) -> Lake:
    """The lake that the set makes of the tape, gold included; raises RunFailed."""
    begun = time.monotonic()
    with stack(home, without=UNUSED):
        tell(f"{home.engines}: services ready after {time.monotonic() - begun:.0f} s")
        log = open_log(settings_of(home))
        try:
            count = append_to(log, tape)
            tell(f"{home.engines}: {count:,} records on the log after {time.monotonic() - begun:.0f} s")
            settle(log)
            if late:
                home.run("streaming", "correct")
                settle(log)
        finally:
            log.close()
        tell(f"{home.engines}: all read after {time.monotonic() - begun:.0f} s")
    home.run("lake", "gold")
    tell(f"{home.engines}: gold built after {time.monotonic() - begun:.0f} s")
    return Lake(home.path / "lake")


def settle(log: Log) -> None:
    """Waits until all have read everything, and no derived topic has grown for a while; raises RunFailed."""
    deadline = time.monotonic() + MOST_SECONDS
    seen, since = None, time.monotonic()
    while time.monotonic() < deadline:
        now = unread(log), tuple(tuple(log.end_offsets(topic).items()) for topic in DERIVED)
        if now != seen or now[0]:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > QUIET_SECONDS:
            return
        time.sleep(0.5)
    raise RunFailed(f"not settled after {MOST_SECONDS:.0f} s: {seen}")


def unread(log: Log) -> int:
    """Records that the lake and the streaming jobs have not committed, also of partitions that they never committed."""
    found = 0
    for reader, topics in READERS.items():
        known = log.lag(reader)
        ends = {(topic, partition): end for topic in topics for partition, end in log.end_offsets(topic).items()}
        found += sum(known.get(place, end) for place, end in ends.items())
    return found
