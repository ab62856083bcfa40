"""Whether lag stays flat at four fifths of the top rate, for ten minutes, on either set with all its readers.

The top rate is that of a second burst, from its first record sent until the slowest reader has taken the last; the
first one warms the engines. What grows is the slope of a straight line through the lag of all readers, a look a second
after the first minute; theirs is the rate itself, so that the ratio says which part of what came was left behind.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import Path

from research.benchmarks.line import BenchLine
from research.faults.feed import Feed, to_log
from research.faults.lag import LagReader
from research.faults.stage import Stage
from research.faults.trial import logs
from tests.oracle.sending import Sent, draw

from tillstream.adapters.log import Log

SECONDS = float(os.environ.get("LAG_SECONDS", "600"))
BURST = int(os.environ.get("LAG_BURST", "60000"))
TURN = 20_000
"""Events of four days of a small shop: visitors come and go as they would."""
WARM_SHARE = 0.1
PART_OF_TOP = 0.8
BAR_RATIO = 0.01
_MOST_SECONDS = 900.0


def run() -> list[BenchLine]:
    """For each set how fast lag grows beside the rate, and how many seconds of events were waiting in the middle."""
    return [line for name in ("embedded", "distributed") for line in measured(name)]


def measured(engine_set: str) -> list[BenchLine]:
    """The lines of one set."""
    events = chain.from_iterable(draw(turn, TURN, turn=turn) for turn in count())
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        stage = Stage(Path(folder), engine_set)
        with stage.running(), logs(stage) as (log, updates):
            reader = LagReader(stage, log, updates)
            burst(events, log, reader)
            rate = PART_OF_TOP * burst(events, log, reader)
            looks = watched(Feed(islice(events, round(rate * SECONDS)), to_log(log, with_times=True), rate), reader)
            reader.close()
    kept = looks[round(len(looks) * WARM_SHARE) :]
    growth = statistics.linear_regression(*zip(*kept, strict=True)).slope
    middle = statistics.median(lag for _, lag in kept)
    return [
        BenchLine(f"steady_lag_{engine_set}_growth", growth, rate, BAR_RATIO, bar_on="ratio", better="lower"),
        BenchLine(f"steady_lag_{engine_set}_seconds", middle / rate, better="lower"),
    ]


def burst(events: Iterator[Sent], log: Log, reader: LagReader) -> float:
    """Events a second until the slowest reader has all."""
    started = time.monotonic()
    feed = Feed(islice(events, BURST), to_log(log, with_times=True), rate=1e9)
    feed.start()
    feed.wait_for(BURST)
    while lag(reader):
        if time.monotonic() > started + _MOST_SECONDS:
            raise RuntimeError(f"{reader.read()} are still unread after {_MOST_SECONDS:.0f} s")
        time.sleep(0.2)
    return BURST / (time.monotonic() - started)


def watched(feed: Feed, reader: LagReader) -> list[tuple[float, int]]:
    """Seconds and the lag of the slowest reader, while the feed runs."""
    looks, started = [], time.monotonic()
    feed.start()
    while feed.is_alive():
        time.sleep(1.0)
        feed.sent.clear()  # nobody judges them
        looks.append((time.monotonic() - started, lag(reader)))
    if feed.failed is not None:
        raise feed.failed
    return looks


def lag(reader: LagReader) -> int:
    """Of the reader that is furthest behind."""
    return max(reader.read().values())
