"""A process of its own that puts the oracle's events on the log: python -m tests.integration.lake.producer …

Writes each batch down in its own file, then appends it: what is on the log is in the file.
"""

import argparse
import time
from itertools import groupby, islice
from pathlib import Path

from tests.oracle.sending import Sent, draw, write_sent

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog

BATCH = 100


def append(log: SqliteLog, sent: list[Sent]) -> None:
    """Topic by topic, each topic's records in the order sent."""
    for topic, some in groupby(sorted(sent, key=lambda one: one.topic), key=lambda one: one.topic):
        log.append(topic, [NewRecord(s.key, s.value, {RECEIVED_AT: str(s.received_at_us)}) for s in some])


def main() -> None:
    """Sends at a steady rate and ends."""
    parser = argparse.ArgumentParser()
    for name, kind in (("log", Path), ("sent", Path), ("seed", int), ("count", int), ("rate", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    given = parser.parse_args()
    log, events = SqliteLog(given.log), draw(given.seed, given.count)
    due = time.monotonic()
    while batch := list(islice(events, BATCH)):
        write_sent(given.sent, batch)
        append(log, batch)
        due += len(batch) / given.rate
        time.sleep(max(0.0, due - time.monotonic()))
    log.close()


if __name__ == "__main__":
    main()
