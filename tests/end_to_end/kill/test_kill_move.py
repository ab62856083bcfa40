"""`stack move` between two logs, with events unread, killed at each of its steps: the same as on one log alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from research.conformance.comparing import compare, differing_rows
from research.conformance.tape import Taped, closing
from tests.end_to_end.kill.moving import append, finish, values, work
from tests.end_to_end.kill.standing_still import settings_in
from tests.unit.features.small_log import small_log

from tillstream.core.contracts import SOURCE_TOPICS, key_of, topic_named

pytestmark = [pytest.mark.kill, pytest.mark.timeout(300)]

STEPS = ("the lake reads", "prepared", "records carried", "records are on", "know where to begin", "switched")


def tape() -> list[Taped]:
    """Four days of a little shop, with copies; then an event everywhere that closes what is open."""
    events = [one for one in small_log(11, 1_500, days=4.0, late=0.0) if one.topic in SOURCE_TOPICS]
    taped = [
        Taped(one.received_us, one.topic, key_of(topic_named(one.topic), one.event), one.event.encode())
        for one in events
    ]
    return taped + closing(taped[-1].received_at_us)


def kill_at(home: Path, word: str, root: Path) -> str:
    """Begins the move in a process of its own and kills it where it says this; what it had said."""
    command = [sys.executable, "-m", "tests.end_to_end.kill.standing_still", str(home), word]
    said = ""
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if word in line:
                process.kill()
                return said
    raise AssertionError(f"the move never said {word!r}: {said}")


def test_a_home_that_is_moved_ends_as_one_that_never_was(tmp_path: Path, root: Path) -> None:
    alone, moved = tmp_path / "alone", tmp_path / "moved"
    whole = tape()
    append(alone, whole)
    work(alone)
    expected = finish(alone)
    # The readers have come to different places when the home is moved.
    first, second, third = len(whole) // 3, len(whole) // 2, len(whole) * 3 // 4
    append(moved, whole[:first])
    work(moved)
    finish(moved)
    append(moved, whole[first:second])
    work(moved, lake=False, jobs=("session_aggregator",))
    append(moved, whole[second:third])

    for word in STEPS:
        said = kill_at(moved, word, root)
        in_force = settings_in(moved).log.folder
        assert in_force == ("log-2" if word == "switched" else "log"), said

    append(moved, whole[third:])
    work(moved)
    found = finish(moved)
    differing = [one for one in compare(expected, found, late=False, moved=True) if not one.equal]
    assert not differing, [(one, *differing_rows(expected, found, one.table)) for one in differing]
    at_us = whole[-1].received_at_us
    assert values(moved, at_us) == values(alone, at_us)
