"""Which folders of a job's states may go."""

import os
from pathlib import Path

from tillstream.data.streaming.flink.states import State, finished_states, unneeded

OLD, OLDER, WORKING = (Path("checkpoints") / name for name in ("old", "older", "working"))
OWN = [State(WORKING / "chk-2", 92, WORKING), State(WORKING / "chk-1", 91, WORKING)]
OF_OLD, OF_OLDER = State(OLD / "chk-7", 80, OLD), State(OLDER / "chk-9", 70, OLDER)


def savepoint(number: int) -> State:
    return State(Path(f"savepoints/{number}"), number, None)


def test_older_runs_go_once_the_working_one_can_do_without_them() -> None:
    assert unneeded([OLDER, OLD, WORKING], [*OWN, OF_OLD, OF_OLDER], WORKING) == [OLDER, OLD]


def test_the_newest_two_states_stay_where_the_working_run_keeps_only_one() -> None:
    assert unneeded([OLDER, OLD, WORKING], [OF_OLDER, OF_OLD, OWN[0]], WORKING) == [OLDER]


def test_nothing_goes_while_the_working_run_may_fall_back() -> None:
    states = [OF_OLD, OF_OLDER, *map(savepoint, range(9))]
    assert unneeded([OLDER, OLD, WORKING], states, WORKING) == []


def test_the_newest_two_savepoints_stay_even_where_checkpoints_are_newer() -> None:
    states = [savepoint(3), *OWN, savepoint(5), savepoint(4)]
    assert unneeded([WORKING], states, WORKING) == [savepoint(3).place]


def test_a_run_that_finished_nothing_goes_too() -> None:
    assert unneeded([OLD, WORKING], OWN, WORKING) == [OLD]


def test_a_run_that_nobody_knows_takes_nothing_away() -> None:
    assert unneeded([OLD, WORKING], OWN, Path("checkpoints/elsewhere")) == []


def test_what_has_no_metadata_is_not_finished(tmp_path: Path) -> None:
    checkpoints, savepoints = tmp_path / "checkpoints", tmp_path / "savepoints"
    finished = (checkpoints / "run/chk-1", savepoints / "savepoint-1", checkpoints / "b/chk-3")
    for number, place in enumerate(finished):
        place.mkdir(parents=True)
        (place / "_metadata").touch()
        os.utime(place / "_metadata", ns=(number, number))
    (checkpoints / "run/chk-2").mkdir()
    (savepoints / "savepoint-2").mkdir()
    states = finished_states(checkpoints, savepoints)
    assert states == [
        State(checkpoints / "b/chk-3", 2, checkpoints / "b"),
        State(savepoints / "savepoint-1", 1, None),
        State(checkpoints / "run/chk-1", 0, checkpoints / "run"),
    ]


def test_a_job_without_folders_has_no_states(tmp_path: Path) -> None:
    assert finished_states(tmp_path / "checkpoints", tmp_path / "savepoints") == []
