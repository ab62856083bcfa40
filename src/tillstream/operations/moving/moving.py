"""The move itself: prepared, copied, switched, each durable before the next begins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from tillstream.adapters.log import Log, TopicPartition
from tillstream.core.contracts import from_micros
from tillstream.core.errors import LogError, Permanent, ServiceError
from tillstream.operations.moving.carrying import carry
from tillstream.operations.moving.pages import ends_of
from tillstream.operations.moving.planning import CARRIED_TOPICS
from tillstream.operations.moving.record import Move, Plan, State, name_of, named, read_move, write_move


class NotEmpty(ServiceError, Permanent):
    """The new log holds records of somebody else's, or of an earlier life; says what to remove."""


class Disturbed(LogError, Permanent):
    """Somebody wrote to a log while it was moved."""


@dataclass(frozen=True)
class Steps:
    """What a move does besides carrying; each may be done again."""

    drain: Callable[[], None]
    """The lake reads the old log to its end."""
    plan: Callable[[], Plan]
    """Settles what is carried."""
    hand_over: Callable[[Move], None]
    """Tells the live features where to begin."""
    switch: Callable[[Move], None]
    """Writes the home's setting: from here on the new log is in force."""
    tell: Callable[[str], None]
    """One line of progress."""


def carry_over(old: Log, new: Log, to: str, folder: str, path: Path, steps: Steps) -> Move:
    """Moves a home to an empty log; `path` is where the record of the move lies.

    Killed at any point, the old log is in force until the switch and nothing is gone from it: the same call goes on
    where the record says, or settles anew what is carried if the old log has grown since. Raises NotEmpty, Disturbed.
    """
    steps.drain()
    move = _resumed(old, new, read_move(path), steps) or _prepared(old, new, to, folder, steps)
    write_move(path, move)
    since = from_micros(move.plan.since_us).isoformat(timespec="seconds")
    steps.tell(f"prepared: what is unread, all source events since {since}, and sessions whole")
    if move.state is State.PREPARED:
        rows = _copy(old, new, move, steps)
        move = replace(move, state=State.COPIED, carried=rows)
        write_move(path, move)
    steps.tell(f"{move.carried:,} records are on the new log")
    steps.hand_over(move)
    steps.tell("live features know where to begin")
    steps.switch(move)
    steps.tell("switched")
    move = replace(move, state=State.SWITCHED)
    write_move(path, move)
    return move


def _resumed(old: Log, new: Log, move: Move | None, steps: Steps) -> Move | None:
    """The move that was begun, if it still fits both logs."""
    if move is None or move.state is State.SWITCHED or (move.old_log, move.new_log) != (old.log_id, new.log_id):
        return None
    if named(ends_of(old, CARRIED_TOPICS)) == move.plan.ends:
        steps.tell(f"goes on with the move of {move.begun_at}, which was {move.state.value}")
        return move
    steps.tell("the old log has grown since the move was begun: it is prepared anew, behind what was carried")
    bases = named(ends_of(new, CARRIED_TOPICS))
    return Move(State.PREPARED, move.to, old.log_id, new.log_id, move.folder, bases, steps.plan(), _now())


def _prepared(old: Log, new: Log, to: str, folder: str, steps: Steps) -> Move:
    if held := sorted(topic for topic in CARRIED_TOPICS if _holds_records(new, topic)):
        raise NotEmpty(
            f"the new log ({new.log_id}) is not empty, it holds {', '.join(held)}: a home is moved to an empty log; "
            "remove what an earlier move left, as docs/howto/move-between-sets.md says, or name another log"
        )
    bases = named(ends_of(new, CARRIED_TOPICS))
    return Move(State.PREPARED, to, old.log_id, new.log_id, folder, bases, steps.plan(), _now())


def _copy(old: Log, new: Log, move: Move, steps: Steps) -> int:
    done = {place: _on(new, move, place) for place in move.plan.places()}
    carried = carry(old, new, move.plan, done, lambda rows: steps.tell(f"{rows:,} records carried"))
    for place in move.plan.places():
        if (there := _on(new, move, place)) != carried.get(place, 0):
            raise Disturbed(
                f"{name_of(place)}: {carried.get(place, 0):,} records were carried and the new log has {there:,}; "
                "end what else writes to it, empty it, and move again"
            )
    if named(ends_of(old, CARRIED_TOPICS)) != move.plan.ends:
        raise Disturbed("somebody wrote to the old log while it was moved; end it and run the same command again")
    return sum(carried.values())


def _on(new: Log, move: Move, place: TopicPartition) -> int:
    topic, partition = place
    return new.end_offsets(topic)[partition] - move.bases[name_of(place)]


def _holds_records(log: Log, topic: str) -> bool:
    return any(log.read(topic, partition, 0, 1) for partition in log.end_offsets(topic))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
