"""Sixty events on one log, or moved to another in the middle of them: the same sessions and alerts."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.simulation.live import Row, corrected, each_once, place_of, records, standing
from tests.simulation.world import (
    GAP_MS,
    LATENESS_MS,
    START,
    TOPICS,
    Arriving,
    base,
    ends,
    everywhere,
    told_otherwise,
)

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.data.streaming.embedded.keyed_state import KeyedState
from tillstream.data.streaming.embedded.keyed_worker import KeyedWorker
from tillstream.data.streaming.embedded.pattern_job import PatternJob
from tillstream.data.streaming.embedded.session_job import SessionJob
from tillstream.operations.moving.last_words import taken_back
from tillstream.operations.moving.moving import Steps, carry_over
from tillstream.operations.moving.planning import FeatureSteps, make_plan
from tillstream.operations.moving.readers import pattern_reader, session_reader
from tillstream.operations.moving.scanning import Scan

SEEDS = int(os.environ.get("SEEDS", "200")) // 25
IN_MEMORY = Path("/dev/shm")  # noqa: S108  logs that nobody needs on a disk
SESSIONS, PATTERNS = SessionJob(GAP_MS, LATENESS_MS), PatternJob(LATENESS_MS)
PULSE = [one for hour in range(-1, 20) for one in everywhere(f"end-{hour}", START + timedelta(hours=hour))]
"""Something happens in every partition every hour, so that no partition holds time back for days."""
ALL = sorted([*PULSE, *base()], key=lambda one: one.at_us)
NO_STEP_OPEN = FeatureSteps((), 60_000_000, 60_000_000, 0, released_until_us=2**57)


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def alone(room: Path) -> tuple[list[Row], list[Row]]:
    """What comes of the events on one log."""
    folder = room / "alone"
    append(folder, [*ALL, *ends()])
    read(folder)
    return told([folder])


def append(folder: Path, arriving: list[Arriving]) -> None:
    log = SqliteLog(folder)
    for one in arriving:
        log.append(one.topic, [one.record])
    log.close()


def read(folder: Path, chance: random.Random | None = None) -> None:
    """Both jobs to the end of the log; with `chance`, half the time, only some polls of a few records."""
    log = SqliteLog(folder)
    for job in (SESSIONS, PATTERNS):
        few = chance is not None and chance.random() < 0.5
        rows, turns = (chance.randrange(2, 40), chance.randrange(1, 12)) if chance and few else (10_000, 10_000)
        worker = KeyedWorker(
            log, place_of(log, folder, job.output, in_topic=True), job, idle_seconds=10.0**9,
            partial_seconds=1.0, poll_rows=rows,
        )  # fmt: skip
        for _ in range(turns):
            if worker.turn(0.0) == 0:
                break
        worker.close()
    log.close()


def move(old_folder: Path, new_folder: Path, *, by_state: bool) -> int:
    """Carries one log to another; as from an engine whose state says how far its time is, or as from one of which
    only the group's place is known. The number of records carried.
    """
    old, new = SqliteLog(old_folder), SqliteLog(new_folder)
    marks = {}
    for job in (SESSIONS, PATTERNS):
        with old.transaction(job.output) as transaction:
            state = KeyedState(transaction.connection)
            marks[job.name] = state.watermark_ms if by_state and state.exists() else None
    readers = [session_reader(SESSIONS, marks[SESSIONS.name]), pattern_reader(PATTERNS, marks[PATTERNS.name])]

    def say_last_words(found: Scan) -> None:
        old.append(SESSIONS.output, taken_back(old, found, SESSIONS.name, GAP_MS))

    steps = Steps(
        drain=lambda: None,
        plan=lambda: make_plan(old, readers, NO_STEP_OPEN, finish=say_last_words),
        hand_over=lambda _: None,
        switch=lambda _: None,
        tell=lambda _: None,
    )
    moved = carry_over(old, new, "embedded", new_folder.name, new_folder.with_suffix(".json"), steps)
    old.close()
    new.close()
    return moved.carried


def told(folders: list[Path], *, then_correct: bool = False) -> tuple[list[Row], list[Row]]:
    """The sessions that stand and the alerts, from all logs together."""
    sessions, alerts = [], []
    for folder in folders:
        log = SqliteLog(folder)
        sessions += records(log, "sessions.v1")
        alerts += records(log, "fraud_alerts.v1")
        log.close()
    sessions = each_once(sessions)
    if then_correct:
        silver = [(f"{_CLASS[one.topic]}|{n}", f"0|{one.record.value.decode()}") for n, one in enumerate(EVENTS)]
        sessions = corrected(silver, sessions)
    sessions = [row for row in standing(sessions) if not row["visitor_id"].startswith("end-")]
    return sessions, sorted(each_once(alerts), key=lambda row: str(row["event_id"]))


_CLASS = {"clicks.v1": "Click", "orders.v1": "Order"}
EVENTS = [one for one in base() if one.topic in _CLASS and one.record.value != b'{"event_id":']


@pytest.mark.parametrize("in_order", [True, False])
def test_a_log_moved_twice_comes_to_the_sessions_and_alerts_of_one_log(
    room: Path, alone: tuple[list[Row], list[Row]], *, in_order: bool
) -> None:
    """Where events still come that belong before those that were told, sessions are equal after a batch run."""
    carried = whole = 0
    for seed in range(SEEDS):
        chance = random.Random(seed)
        events = told_otherwise(ALL, chance, within_us=1 if in_order else LATENESS_MS * 1000)
        cuts = sorted(chance.randrange(len(events)) for _ in range(2))
        parts = [events[: cuts[0]], events[cuts[0] : cuts[1]], [*events[cuts[1] :], *ends()]]
        folders = [room / f"{in_order}-{seed}-{number}" for number in range(3)]
        for number, (folder, part) in enumerate(zip(folders, parts, strict=True)):
            if number:
                whole += log_size(folders[number - 1])
                carried += move(folders[number - 1], folder, by_state=chance.random() < 0.5)
            append(folder, part)
            read(folder, chance if number < 2 else None)
        assert told(folders, then_correct=not in_order) == alone, f"seed {seed}"
        for folder in folders:
            shutil.rmtree(folder)
    assert carried < 0.9 * whole, "where all is carried every time, nothing is shown about what is left behind"


def log_size(folder: Path) -> int:
    """Records of the topics that events come on."""
    log = SqliteLog(folder)
    found = sum(sum(log.end_offsets(topic).values()) for topic in TOPICS)
    log.close()
    return found
