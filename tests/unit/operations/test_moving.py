"""A move between two logs: what is carried, in which order, and what an end in the middle leaves."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.shop import at, click, order

from tillstream.adapters.log import RECEIVED_AT, Log, NewRecord, Record
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import TOPICS, Event, key_of, to_micros, topic_named
from tillstream.data.streaming.embedded.pattern_job import PatternJob
from tillstream.data.streaming.embedded.session_job import SessionJob
from tillstream.operations.moving.moving import Disturbed, NotEmpty, Steps, carry_over
from tillstream.operations.moving.planning import FeatureSteps, make_plan
from tillstream.operations.moving.readers import pattern_reader, session_reader
from tillstream.operations.moving.record import Move, Plan, State, read_move

NOON = at("12:00")
HOUR_US = 3_600_000_000
READERS = [session_reader(SessionJob(1_800_000, 0)), pattern_reader(PatternJob(0))]
BOTH = ("session_aggregator", "fraud_pattern_detector")


class Killed(Exception):
    """The process ended here."""


@pytest.fixture
def logs(tmp_path: Path) -> tuple[SqliteLog, SqliteLog]:
    return SqliteLog(tmp_path / "old"), SqliteLog(tmp_path / "new")


def told(log: Log, topic: str, *events: Event, received: int | None = None) -> None:
    """Appends events, each received when it happened."""
    for event in events:
        us = to_micros(event.occurred_at) if received is None else received
        log.append(topic, [NewRecord(key_of(topic_named(topic), event), event.encode(), {RECEIVED_AT: str(us)})])


def read_by(log: Log, group: str, topics: Sequence[str]) -> None:
    """A group that has read all there is."""
    consumer = log.consumer(group, topics)
    consumer.poll(1, 0.0)
    consumer.commit({(topic, p): end for topic in topics for p, end in log.end_offsets(topic).items()})
    consumer.close()


def plan(log: Log, *, released_us: int = to_micros(NOON) + 100 * HOUR_US) -> Plan:
    steps = FeatureSteps(("clicks.v1", "orders.v1"), HOUR_US, HOUR_US, 0, released_us)
    return make_plan(log, READERS, steps)


def move(
    old: Log, new: Log, folder: Path, *, planned: Callable[[], Plan] | None = None, end_at: str = ""
) -> tuple[Move, list[str]]:
    """A move that ends where it says `end_at`; with what it came to, and its steps."""
    done: list[str] = []

    def tell(line: str) -> None:
        if end_at and end_at in line:
            raise Killed(line)

    steps = Steps(
        drain=lambda: done.append("drain"),
        plan=planned or (lambda: plan(old)),
        hand_over=lambda _: done.append("hand over"),
        switch=lambda _: done.append("switch"),
        tell=tell,
    )
    return carry_over(old, new, "distributed", "log", folder / "move.json", steps), done


def everything(log: Log) -> list[Record]:
    return [one for topic in TOPICS for p in log.end_offsets(topic) for one in log.read(topic, p, 0, 10_000)]


def ids(log: Log, topic: str) -> list[str]:
    """The ids in the log, in the order of their time."""
    decoded = [(one.received_at_us, one.value) for p in log.end_offsets(topic) for one in log.read(topic, p, 0, 10_000)]
    return [value.decode().split('"')[3] for _, value in sorted(decoded)]


def test_what_nobody_has_read_is_carried_with_its_bytes_its_partition_and_when_it_was_received(
    logs: tuple[SqliteLog, SqliteLog], tmp_path: Path
) -> None:
    old, new = logs
    told(old, "clicks.v1", click("c0", NOON, "v0"), click("c1", NOON, "v1"))
    old.append("clicks.v1", [NewRecord("poison", b"nonsense", {"own": "word"}, partition=3)])
    moved, done = move(old, new, tmp_path)
    before, after = everything(old), everything(new)
    assert [one[:3] + one[4:6] for one in after] == [one[:3] + one[4:6] for one in before]
    assert [one.received_at_us for one in after] == [one.received_at_us for one in before]
    assert next(one.headers["own"] for one in after if one.key == "poison") == "word"
    assert (moved.state, moved.carried, done) == (State.SWITCHED, 3, ["drain", "hand over", "switch"])


def test_topics_are_merged_in_the_order_received_and_no_partition_is_reordered(
    logs: tuple[SqliteLog, SqliteLog], tmp_path: Path
) -> None:
    old, new = logs
    minute = timedelta(minutes=1)
    told(old, "orders.v1", order("o1", NOON + minute, "ann", {"p1": (1, 100)}))
    told(old, "clicks.v1", click("late", NOON + 2 * minute, "v0"), click("early", NOON, "v0"))
    appended: list[str] = []
    new.append = lambda topic, records: appended.extend(  # type: ignore[method-assign]
        SqliteLog.append(new, topic, records) and [one.value.decode().split('"')[3] for one in records]
    )
    move(old, new, tmp_path)
    places = [one.value.decode().split('"')[3] for p in range(4) for one in new.read("clicks.v1", p, 0, 9)]
    assert places == ["late", "early"]
    assert appended == ["o1", "late", "early"]


def test_a_session_that_the_start_lies_in_is_carried_from_its_first_event_and_one_before_is_not(
    logs: tuple[SqliteLog, SqliteLog],
) -> None:
    old, _ = logs
    minutes = [timedelta(minutes=n) for n in (-300, -20, 0, 20, 300)]
    told(old, "clicks.v1", *(click(f"c{n}", NOON + wait, "v0") for n, wait in enumerate(minutes)))
    for group, topics in zip(BOTH, (("clicks.v1", "orders.v1"), ("orders.v1",)), strict=True):
        read_by(old, group, topics)
    found = plan(old, released_us=to_micros(NOON))
    place = next(name for name, end in found.ends.items() if name.startswith("clicks.v1/") and end)
    assert (found.since_us, found.starts[place], found.beginnings[place]) == (to_micros(NOON), 2, [1])


def test_an_order_of_a_session_brings_the_rows_of_its_pattern_along(logs: tuple[SqliteLog, SqliteLog]) -> None:
    """The device's order of an hour before is no event of the visitor, but the same pattern may have both."""
    old, _ = logs
    minute = timedelta(minutes=1)
    placed = {"kind": "placed", "device_id": "d1", "shipping_country": "DE", "billing_country": "US"}
    told(old, "orders.v1", order("o0", NOON - 60 * minute, "ann", {"p1": (1, 100)}, visitor_id="v8", **placed))
    told(old, "orders.v1", order("o1", NOON - 10 * minute, "ann", {"p1": (1, 100)}, visitor_id="v9", **placed))
    told(old, "clicks.v1", click("c1", NOON, "v9"))
    told(old, "clicks.v1", click("c2", NOON + 40 * 60 * minute, "v7"))
    told(old, "orders.v1", order("o2", NOON + 40 * 60 * minute, "bob", {"p1": (1, 100)}, visitor_id="v7"))
    read_by(old, BOTH[0], ("clicks.v1", "orders.v1"))
    read_by(old, BOTH[1], ("accounts.v1", "orders.v1", "payments.v1"))
    carried = plan(old, released_us=to_micros(NOON))
    first = {name: carried.beginnings.get(name, []) for name in ("orders.v1/0", "orders.v1/1")}
    start = {name: carried.starts[name] for name in first}
    kept = [one.value.decode().split('"')[3] for name in first for one in old.read("orders.v1", int(name[-1]), 0, 9)
            if one.offset in first[name] or one.offset >= start[name]]  # fmt: skip
    assert sorted(kept) == ["o0", "o1", "o2"]


def test_a_group_of_somebody_elses_keeps_what_it_has_not_read_of_any_topic(
    logs: tuple[SqliteLog, SqliteLog], tmp_path: Path
) -> None:
    old, new = logs
    old.append("decisions.v1", [NewRecord("d0", b"read")])
    read_by(old, "auditor", ("decisions.v1",))
    old.append("decisions.v1", [NewRecord("d0", b"not read")])
    old.append("outcomes.v1", [NewRecord("d0", b"nobody reads it but the lake")])
    move(old, new, tmp_path)
    assert [one.value for one in everything(new)] == [b"not read"]


@pytest.mark.parametrize("step", ["prepared", "records carried", "are on the new log", "know where", "switched"])
def test_a_move_that_ended_anywhere_is_gone_on_with_and_doubles_nothing(
    logs: tuple[SqliteLog, SqliteLog], tmp_path: Path, step: str
) -> None:
    old, new = logs
    told(old, "clicks.v1", *(click(f"c{n}", NOON, f"v{n}") for n in range(50)))
    with pytest.raises(Killed):
        move(old, new, tmp_path, end_at=step)
    begun = read_move(tmp_path / "move.json")
    assert begun is not None
    assert begun.state is not State.SWITCHED
    moved, _ = move(old, new, tmp_path)
    assert moved.begun_at == begun.begun_at
    assert len(everything(new)) == 50


def test_a_copy_that_ended_within_a_topic_goes_on_behind_what_is_there(
    logs: tuple[SqliteLog, SqliteLog], tmp_path: Path
) -> None:
    old, new = logs
    told(old, "clicks.v1", *(click(f"c{n}", NOON + timedelta(seconds=n), f"v{n % 9}") for n in range(40)))
    with pytest.raises(Killed):
        move(old, new, tmp_path, end_at="prepared")
    for place in range(4):
        some = old.read("clicks.v1", place, 0, 3 + place)
        new.append("clicks.v1", [NewRecord(one.key, one.value, one.headers, place) for one in some])
    move(old, new, tmp_path)
    assert ids(new, "clicks.v1") == ids(old, "clicks.v1")


def test_what_came_to_the_old_log_after_a_move_was_given_up_is_carried_too(
    logs: tuple[SqliteLog, SqliteLog], tmp_path: Path
) -> None:
    """Behind what is there already: each id is found, the copies fall out by their ids."""
    old, new = logs
    told(old, "clicks.v1", click("c0", NOON, "v0"))
    with pytest.raises(Killed):
        move(old, new, tmp_path, end_at="know where")
    told(old, "clicks.v1", click("c1", NOON, "v0"))
    move(old, new, tmp_path)
    assert sorted(ids(new, "clicks.v1")) == ["c0", "c0", "c1"]


def test_a_log_that_holds_records_is_not_moved_to(logs: tuple[SqliteLog, SqliteLog], tmp_path: Path) -> None:
    old, new = logs
    told(new, "clicks.v1", click("c0", NOON, "v0"))
    with pytest.raises(NotEmpty, match=r"is not empty, it holds clicks\.v1"):
        move(old, new, tmp_path)


def test_an_event_that_comes_while_a_log_is_moved_ends_the_move_before_the_switch(
    logs: tuple[SqliteLog, SqliteLog], tmp_path: Path
) -> None:
    old, new = logs
    told(old, "clicks.v1", click("c0", NOON, "v0"))

    def planned() -> Plan:
        found = plan(old)
        told(old, "clicks.v1", click("c1", NOON, "v0"))
        return found

    with pytest.raises(Disturbed, match="somebody wrote to the old log"):
        move(old, new, tmp_path, planned=planned)
    moved, _ = move(old, new, tmp_path)
    assert moved.state is State.SWITCHED
    assert set(ids(new, "clicks.v1")) == {"c0", "c1"}
