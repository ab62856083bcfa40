"""The states that a job's runs have left in their folders, and which of them nothing can need any more."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

KEPT: Final = 2
"""The newest finished states of a job that are kept, whatever they are; and of its savepoints as many."""


class State(NamedTuple):
    """A finished checkpoint or savepoint: its `_metadata` is written last."""

    place: Path
    finished_ns: int
    run: Path | None
    """The folder of the run whose checkpoint it is; None for a savepoint."""


def finished_states(checkpoints: Path, savepoints: Path) -> list[State]:
    """A job's finished states, the newest first: its runs follow one another, so the newest is the furthest."""
    found = [_state(file, file.parents[1]) for file in checkpoints.glob("*/chk-*/_metadata")]
    found += [_state(file, None) for file in savepoints.glob("*/_metadata")]
    return sorted(filter(None, found), key=lambda state: -state.finished_ns)


def unneeded(runs: Iterable[Path], states: Iterable[State], working: Path) -> list[Path]:
    """The folders that no resume can need while the run of the folder `working` works.

    A resume goes on from the newest finished state, or from a place that somebody names. The working run falls back
    on what it was begun with only until it has finished a checkpoint of its own, so before that nothing goes. Then the
    newest KEPT states stay, with the whole run that a checkpoint is of, and the newest KEPT savepoints; all other runs
    go, with their unfinished checkpoints, and all other savepoints. Flink itself prunes the working run's. A savepoint
    that is not finished may be one that is being written, and stays.
    """
    newest_first = sorted(states, key=lambda state: -state.finished_ns)
    if not any(state.run == working for state in newest_first):
        return []
    savepoints = [state.place for state in newest_first if state.run is None]
    kept = {working, *(state.run or state.place for state in newest_first[:KEPT]), *savepoints[:KEPT]}
    return [place for place in (*runs, *savepoints) if place not in kept]


def _state(metadata: Path, run: Path | None) -> State | None:
    try:
        return State(metadata.parent, metadata.stat().st_mtime_ns, run)
    except FileNotFoundError:  # Flink removed it since it was listed
        return None
