"""The worker of streaming jobs on the SQLite log: the same output however it is cut, killed and repeated."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shop import at, click, new_record, order, payment, shop_records

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import TOPICS, Event, decoder_of, to_micros
from tillstream.core.contracts.derived import FraudAlert, Session
from tillstream.core.errors import NotFound
from tillstream.data.streaming.embedded.idle_partitions import IdlePartitions
from tillstream.data.streaming.embedded.keyed_state import (
    KeyedState,
    OtherState,
    identity,
    restore_savepoint,
    write_savepoint,
)
from tillstream.data.streaming.embedded.keyed_worker import KeyedWorker
from tillstream.data.streaming.embedded.pattern_job import PatternJob
from tillstream.data.streaming.embedded.session_job import SessionJob
from tillstream.data.streaming.embedded.state_places import InFile, InTopic, StatePlace

SESSIONS, PATTERNS = SessionJob(1_800_000, 300_000), PatternJob(10_000)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with_files = SqliteLog(tmp_path / "log")
    yield with_files
    with_files.close()


def worker(log: SqliteLog, job: Any = SESSIONS, place: StatePlace | None = None, **more: Any) -> KeyedWorker[Any, Any]:
    given = {"idle_seconds": 30.0, "partial_seconds": 1.0, "clock": Clock()} | more
    return KeyedWorker(log, place or InTopic(log, job.output), job, **given)


def work(one: KeyedWorker[Any, Any], turns: int = 1) -> None:
    """Reads to the end, then lets so many seconds pass."""
    while one.turn(0.0) != 0:
        pass
    for _ in range(turns):
        one._clock.now += 1.0  # type: ignore[attr-defined]
        one.turn(0.0)


def output(log: SqliteLog, topic: str) -> list[Any]:
    places = range(TOPICS[topic].partitions)
    return [decoder_of(topic).decode(one.value) for p in places for one in log.read(topic, p, 0, 10_000)]


def final(records: Iterable[Session]) -> dict[str, Session]:
    best: dict[str, Session] = {}
    for record in records:
        if record.session_id not in best or record.revision > best[record.session_id].revision:
            best[record.session_id] = record
    return {name: record for name, record in best.items() if not record.retracted}


def put(log: SqliteLog, topic: str, *events: Event) -> None:
    log.append(topic, [new_record(topic, event) for event in events])


def test_the_shops_sessions_and_alerts_come_out(log: SqliteLog) -> None:
    for topic, record in shop_records():
        log.append(topic, [record])
    one = worker(log)
    work(one, turns=32)
    one.close()
    told = sorted(final(output(log, "sessions.v1")).values(), key=lambda session: session.started_at)
    assert [(one.visitor_id, one.clicks, one.purchased, one.closed) for one in told] == [
        ("v-ann", 3, True, True),
        ("v-bob", 3, False, True),
        ("v-eve", 0, True, True),
        ("v-ann", 0, True, False),
    ]
    assert one.totals.rejected == one.totals.late == 0


def test_a_derived_record_is_received_when_the_last_of_its_causes_was(log: SqliteLog) -> None:
    log.append("clicks.v1", [new_record("clicks.v1", click("e1", at("09:00"), "v1"), late_seconds=7)])
    log.append("clicks.v1", [new_record("clicks.v1", click("e2", at("09:01"), "v1"))])
    work(worker(log))
    (record,) = [one for p in range(2) for one in log.read("sessions.v1", p, 0, 10)]
    assert record.received_at_us == to_micros(at("09:01"))


def test_poison_is_counted_and_stops_nothing(log: SqliteLog) -> None:
    log.append("clicks.v1", [NewRecord("v1", b"{"), NewRecord("v1", b'{"event_id": 3}')])
    put(log, "clicks.v1", click("e1", at("09:00"), "v1"))
    one = worker(log)
    work(one)
    assert one.totals.rejected == 2
    assert len(output(log, "sessions.v1")) == 1


def test_a_fast_replay_of_uneven_partitions_loses_nothing(log: SqliteLog) -> None:
    """One partition lies days behind the others when they are read: time waits for it."""
    for day in range(1, 6):
        put(log, "clicks.v1", *(click(f"a{day}-{n}", at(f"09:0{n}", day=day), "v-ann") for n in range(5)))
    put(log, "clicks.v1", *(click(f"b{day}", at("09:00", day=day), "v-bob") for day in range(1, 6)))
    put(log, "orders.v1", order("o1", at("09:06", day=1), "ann", {}, visitor_id="v-ann"))
    one = worker(log, poll_rows=7)
    work(one, turns=32)
    told = final(output(log, "sessions.v1")).values()
    assert one.totals.late == 0
    assert sorted(session.revision // 2 for session in told) == [1, 1, 1, 1, 1, 5, 5, 5, 5, 6]


def test_a_silent_partition_counts_as_idle_only_once_it_is_read_to_its_end() -> None:
    clock, ends = Clock(), {0: 5, 1: 9}
    idle = IdlePartitions([("t", 0), ("t", 1)], 3.0, lambda _: ends, clock=clock)
    following = {("t", 0): 5, ("t", 1): 2}

    def after(seconds: float, read: Sequence[tuple[str, int]] = ()) -> frozenset[tuple[str, int]]:
        clock.now += seconds
        return idle.after_poll(read, following)

    assert [after(1.0), after(1.0)] == [frozenset(), frozenset()]
    assert after(1.0) == {("t", 0)}
    assert after(0.5, [("t", 0)]) == frozenset()
    assert after(60.0) == frozenset()  # nobody looked for a minute: that is a second of silence
    assert [after(1.0), after(1.0)] == [frozenset(), {("t", 0)}]


def test_partial_sessions_are_told_while_they_grow_and_not_from_a_backlog(log: SqliteLog) -> None:
    put(log, "clicks.v1", *(click(f"e{n}", at(f"09:0{n}"), "v1") for n in range(4)))
    one = worker(log, poll_rows=2)
    one.turn(0.0)
    for _ in range(2):
        one._clock.now += 5.0  # type: ignore[attr-defined]
        one.turn(0.0)
        assert output(log, "sessions.v1") == []
    work(one)
    assert [record.revision for record in output(log, "sessions.v1")] == [8]
    put(log, "clicks.v1", click("e9", at("09:09"), "v1"))
    work(one)
    assert [record.revision for record in output(log, "sessions.v1")] == [8, 10]


def test_state_is_forgotten_as_time_passes(log: SqliteLog) -> None:
    one = worker(log, PATTERNS)
    put(log, "payments.v1", *(payment(f"y{n}", at("09:00"), 900, card_id=f"k{n}", device_id="d") for n in range(9)))
    put(log, "payments.v1", payment("y99", at("23:00"), 900, card_id="other"))
    work(one, turns=32)
    with log.transaction("fraud_alerts.v1") as transaction:
        kept = KeyedState(transaction.connection).keys()
    assert one.open_keys == len(kept) <= 4


def test_a_second_worker_waits_until_the_first_has_left(log: SqliteLog) -> None:
    put(log, "clicks.v1", click("e1", at("09:00"), "v1"))
    first, second = worker(log), worker(log)
    for _ in range(5):
        assert second.turn(0.0) == -1
    first.close()
    work(second)
    assert len(output(log, "sessions.v1")) == 1


def test_a_worker_that_was_overtaken_writes_nothing(log: SqliteLog) -> None:
    """The other took the state over while this one was stopped between its poll and its commit."""
    one = worker(log)
    work(one)
    with log.transaction("sessions.v1") as transaction:
        KeyedState(transaction.connection).take_over()
    put(log, "clicks.v1", click("e1", at("09:00"), "v1"))
    one._clock.now += 5.0  # type: ignore[attr-defined]
    assert one.turn(0.0) == -1
    assert output(log, "sessions.v1") == []
    assert one.totals.dropped == 1
    work(one)
    assert len(output(log, "sessions.v1")) == 1


def test_a_savepoint_brings_the_state_back(log: SqliteLog, tmp_path: Path) -> None:
    put(log, "clicks.v1", click("e1", at("09:00"), "v1"))
    one = worker(log)
    work(one)
    with log.transaction("sessions.v1") as transaction:
        connection = transaction.connection
    assert write_savepoint(connection, tmp_path / "saved.db") == 1
    put(log, "clicks.v1", click("e2", at("09:01"), "v1"))
    work(one)
    one.close()
    with log.transaction("sessions.v1") as transaction:
        restore_savepoint(transaction.connection, tmp_path / "saved.db", identity(log.log_id, SESSIONS.meaning))
        with pytest.raises(OtherState):
            restore_savepoint(transaction.connection, tmp_path / "saved.db", "another log")
        with pytest.raises(NotFound):
            restore_savepoint(transaction.connection, tmp_path / "none.db", "any")
    work(worker(log))
    revisions = [record.revision for record in output(log, "sessions.v1")]
    assert revisions == [2, 4, 4]
    assert len({record.event_id for record in output(log, "sessions.v1")}) == 2


class Dying(Exception):
    """The process ends here."""


class Refusing:
    """A log that dies now and then while it appends, before or after the records are on it."""

    def __init__(self, log: SqliteLog, chance: random.Random) -> None:
        self._log, self._chance = log, chance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append(self, topic: str, records: Sequence[NewRecord]) -> Any:
        if self._chance.random() < 0.3:
            raise Dying
        places = self._log.append(topic, records)
        if self._chance.random() < 0.3:
            raise Dying
        return places


def final_output(log: SqliteLog, job: Any) -> Mapping[str, Any]:
    records = output(log, job.output)
    if job is SESSIONS:
        return final(records)
    alerts: dict[str, FraudAlert] = {}
    for alert in records:
        assert alerts.setdefault(alert.event_id, alert) == alert
    return alerts


def made(chance: random.Random) -> list[tuple[str, Event]]:
    """Some hours of three visitors and two cards, in the order they happened."""
    events: list[tuple[str, Event]] = []
    for n in range(chance.randint(5, 40)):
        when = at(f"{chance.randint(8, 11):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}")
        who = chance.choice(["v1", "v2", "v3"])
        events += [
            ("clicks.v1", click(f"e{n}", when, who, product_id=chance.choice(["boots", "lamp"]))),
            ("payments.v1", payment(f"y{n}", when, chance.choice([100, 9_000]), card_id=f"k{n % 2}", device_id="d",
                                    kind=chance.choice(["authorized", "declined"]))),
        ]  # fmt: skip
        if chance.random() < 0.2:
            events.append(("orders.v1", order(f"o{n}", when, "ann", {}, visitor_id=who)))
    return sorted(events, key=lambda one: one[1].occurred_at)


def played(
    folder: Path, job: Any, events: Sequence[tuple[str, Event]], chance: random.Random | None
) -> Mapping[str, Any]:
    """The final output of a log: read once and whole, or shuffled within the lateness, doubled, cut and killed."""
    log = SqliteLog(folder / "log")
    if chance is None:
        for topic, event in events:
            put(log, topic, event)
        work(worker(log, job), turns=32)
    else:
        sent = [*events, *chance.sample(events, len(events) // 3)]
        sent.sort(key=lambda one: to_micros(one[1].occurred_at) + chance.random() * job.lateness_ms * 999)
        while sent or chance.random() < 0.7:
            for topic, event in sent[: (size := chance.randint(1, 12))]:
                put(log, topic, event)
            sent = sent[size:]
            killed(log, folder, job, chance)
        work(worker(log, job, place_of(log, folder, job, None)), turns=32)
    found = final_output(log, job)
    log.close()
    return found


def place_of(log: Any, folder: Path, job: Any, dying: random.Random | None) -> StatePlace:
    return InFile(folder / "state.db", Refusing(log, dying) if dying else log, job.output)  # type: ignore[arg-type]


def killed(log: SqliteLog, folder: Path, job: Any, chance: random.Random) -> None:
    """A life of a worker that ends without a word: what is not on the disk is gone."""
    one = worker(log, job, place_of(log, folder, job, chance), poll_rows=chance.randint(1, 9))
    try:
        for _ in range(chance.randint(1, 6)):
            one._clock.now += chance.choice([0.0, 2.0])  # type: ignore[attr-defined]
            one.turn(0.0)
    except Dying:
        pass
    one._consumer.close()  # its lease has run out


@pytest.mark.parametrize("job", [SESSIONS, PATTERNS], ids=lambda job: job.name)
@settings(max_examples=5)
@given(seed=st.integers(0, 10**6))
def test_disorder_copies_and_crashes_change_no_final_record(
    job: Any, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    events = made(random.Random(seed))
    calm = played(tmp_path_factory.mktemp("calm"), job, events, None)
    assert played(tmp_path_factory.mktemp("rough"), job, events, random.Random(seed)) == calm
