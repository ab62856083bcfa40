"""Tries one fault: a stack, a feed, the fault, then everything against the oracle."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

from research.faults.catalogue import Fault
from research.faults.closing import closing
from research.faults.feed import Deliver, Door, Feed, to_log
from research.faults.judging import judge
from research.faults.lag import LagReader, LagWatch
from research.faults.line import FaultLine
from research.faults.stage import Stage
from tests.oracle.sending import Sent, draw

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.event_log import open_log, open_updates_log

RATE = 2_000.0
LEAST_SECONDS = 30.0
"""How long a feed lasts at least, so that a fault falls into the middle of a small one too."""
PATIENCE_SECONDS = 240.0


def try_fault(fault: Fault, engine_set: str, events: int, seed: int, least_seconds: float = LEAST_SECONDS) -> FaultLine:
    """One run; its folder is kept, and named in print, when something did not hold."""
    (line,) = try_faults([fault], engine_set, events, seed, least_seconds)
    return line


def try_faults(
    faults: Sequence[Fault], engine_set: str, events: int, seed: int, least_seconds: float = LEAST_SECONDS
) -> Iterator[FaultLine]:
    """Each in its turn on one stack, with events of its own, judged by all that was sent so far.

    Ends after the first that did not hold; what was lost would be missed in the next one too.
    """
    home = Path(tempfile.mkdtemp(prefix=f"tillstream-{faults[0].name}-"))
    stage, holds = Stage(home, engine_set), False
    try:
        with ExitStack() as around:
            for fault in faults:
                around.enter_context(fault.prepare(stage))
            around.enter_context(stage.running())
            sent: list[Sent] = []
            for turn, fault in enumerate(faults):
                drawn = fault.arrange(draw(seed + turn, events, fault.habits, turn))
                rate = min(RATE, events / least_seconds) * fault.faster
                line = _run(fault, stage, drawn, events, rate, sent)
                holds = line.verdict == "ok"
                yield line
                if not holds:
                    return
    except GeneratorExit:
        pass  # who asked wants no more
    except BaseException:
        holds = False
        raise
    finally:
        if holds:
            shutil.rmtree(home, ignore_errors=True)
        else:
            print(f"kept {home}", flush=True)


def _run(
    fault: Fault, stage: Stage, drawn: Iterator[Sent], events: int, rate: float, sent_before: list[Sent]
) -> FaultLine:
    door = Door(f"http://{stage.settings.serving.host}:{stage.settings.serving.port}")
    with logs(stage) as (log, updates):
        deliver: Deliver = door if fault.through_door else to_log(log, with_times=True)
        feed = Feed(drawn, deliver, rate)
        watch = LagWatch(LagReader(stage, log, updates), lambda: feed.behind)
        bare = {name: service.start_seconds for name, service in stage.services().items()}
        watch.start()
        try:
            feed.start()
            notes, recoveries, why = _strike(fault, stage, feed, watch, events)
            feed.hold_at(None)
            feed.join()
            if feed.failed is not None:
                raise feed.failed
            closers = closing(feed.sent)
            deliver(closers)
            why = why or _settled(stage, watch)
            stage.run("streaming", "correct")
            why = why or _settled(stage, watch)
        finally:
            feed.hold_at(None)
            watch.stop()
            door.close()
    stage.run("lake", "gold")
    stage.run("features", "release", "--until-stored")
    sent_before += [*feed.sent, *closers]
    found = judge(stage, sent_before, times_known=not fault.through_door)
    if fault.through_door:
        notes.append(", ".join(f"{count} answers {status}" for status, count in sorted(door.answers.items())))
    return FaultLine(
        fault.name,
        stage.engine_set,
        len(feed.sent),
        found.lost,
        found.doubled,
        found.wrong,
        max(recoveries, default=None),
        bare.get(fault.service) if fault.service else None,
        "; ".join(filter(None, dict.fromkeys(notes))),
        why or found.first,
    )


def _settled(stage: Stage, watch: LagWatch) -> str:
    """Waits until nobody is behind, on Flink also for what it tells one checkpoint after it has read the last event."""
    why = _caught_up(watch)
    if stage.settings.engines.streaming == "flink" and not why:
        time.sleep(3 * stage.settings.flink.checkpoint_seconds)
        why = _caught_up(watch)
    return why


def _caught_up(watch: LagWatch) -> str:
    """Waits until nobody is behind; what still is after that long, empty if nothing."""
    nothing = dict.fromkeys(watch.usual(), 0)
    if watch.seconds_until(nothing, time.monotonic(), PATIENCE_SECONDS) is None:
        return f"not caught up after {PATIENCE_SECONDS:.0f} s: {watch.last(nothing)}"
    return ""


def _strike(fault: Fault, stage: Stage, feed: Feed, watch: LagWatch, events: int) -> tuple[list[str], list[float], str]:
    """Strikes at the fault's moments; what was seen, how long each recovery took, and what did not come back."""
    notes: list[str] = []
    recoveries: list[float] = []
    if fault.strike is None:
        return notes, recoveries, ""
    for number, (share, following) in enumerate(pairwise((*fault.moments, 1.0))):
        feed.hold_at(int(events * (share + following) / 2))  # so that the next fault too falls into the feed
        feed.wait_for(int(events * share))
        usual = watch.usual()
        struck = fault.strike(stage, number)
        seconds = watch.seconds_until(usual, struck.back_at, PATIENCE_SECONDS)
        notes.append(struck.note)
        if seconds is None:
            return notes, recoveries, f"no recovery in {PATIENCE_SECONDS:.0f} s: {watch.last(usual)}, usual {usual}"
        recoveries.append(struck.back_at - struck.over_at + seconds)
    return notes, recoveries, ""


@contextmanager
def logs(stage: Stage) -> Iterator[tuple[Log, SqliteLog]]:
    """The event log and the log of feature updates, which is on SQLite on either set."""
    updates = open_updates_log(stage.settings)
    log: Log = updates if stage.settings.engines.log == "sqlite" else open_log(stage.settings)
    try:
        yield log, updates
    finally:
        log.close()
        updates.close()
