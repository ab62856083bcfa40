"""Kafka, held to the suite; and what is its own: killed brokers, retries, marks, topics that somebody else made."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from tests.brokers import RunningBrokers, one_broker
from tests.conformance.log.suite import *  # noqa: F403
from tests.conformance.log.suite import OpenLog, after, numbered, poll_until
from tests.shop import click, order
from tests.unit.operations.test_moving import NOON, Killed, everything, move, told

from tillstream.adapters.log import Consumer, Log, NewRecord, Place, partition_of
from tillstream.adapters.log.kafka import KafkaLog
from tillstream.adapters.log.kafka.consumer import KafkaConsumer
from tillstream.adapters.log.kafka.topics import IDENTITY, TopicUnfit
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import TOPICS
from tillstream.core.errors import LogBusy
from tillstream.core.settings import KafkaSettings, LogSettings

pytestmark = pytest.mark.kafka

SETTINGS = LogSettings(lease_seconds=1.0)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBrokers]:
    with one_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture
def open_log(broker: RunningBrokers) -> Iterator[OpenLog]:
    logs: list[KafkaLog] = []

    def open_one() -> KafkaLog:
        logs.append(KafkaLog(broker.settings, SETTINGS))
        return logs[-1]

    yield open_one
    for log in logs:
        log.close()
    broker.empty()


def records_of(log: Log, topic: str) -> dict[Place, bytes]:
    return {
        record.place: record.value
        for partition, end in log.end_offsets(topic).items()
        for record in log.read(topic, partition, 0, end)
    }


def append_while(log: Log, disturb: Callable[[], None]) -> dict[Place, bytes]:
    """Appends without a pause until `disturb` is done and two seconds more; what append() returned for."""
    first = numbered(1)
    promised = dict(zip(log.append("clicks.v1", first), [first[0].value], strict=True))
    ended = threading.Event()

    def append() -> None:
        number = 0
        while not ended.is_set() or number < 100:
            values = [str(number + n).encode() for n in range(20)]
            places = log.append("clicks.v1", [NewRecord(f"v{value[-2:]!r}", value) for value in values])
            promised.update(zip(places, values, strict=True))
            number += 20

    thread = threading.Thread(target=append)
    thread.start()
    time.sleep(1.0)
    disturb()
    time.sleep(1.0)
    ended.set()
    thread.join(90)
    assert not thread.is_alive()
    return promised


def test_a_key_lies_where_every_log_puts_it(log: Log) -> None:
    keys = ["", "ann", "v-1", "ä", "x" * 300]
    places = log.append("clicks.v1", [NewRecord(key, b"x") for key in keys])
    assert [one.partition for one in places] == [partition_of(key, TOPICS["clicks.v1"].partitions) for key in keys]


def test_retention_keeps_what_the_slowest_group_has_not_read(log: Log, closing: list[Consumer]) -> None:
    log.append("orders.v1", numbered(10))
    slow, fast = log.consumer("slow", ["orders.v1"]), log.consumer("fast", ["orders.v1"])
    closing += [slow, fast]
    found = poll_until(fast, 10)
    fast.commit(after(found))
    assert len(poll_until(slow, 10)) == 10
    slow.commit(after(found[:4]))
    now_us = time.time_ns() // 1000
    assert log.apply_retention(now_us)["orders.v1"] == 0
    later_us = now_us + (TOPICS["orders.v1"].retention_seconds + 86_400) * 10**6
    assert log.apply_retention(later_us)["orders.v1"] == 4
    assert [int(one.value) for one in log.read("orders.v1", found[0].partition, 0, 100)] == list(range(4, 10))
    assert log.end_offsets("orders.v1")[found[0].partition] == 10


def test_marks_of_transactions_are_neither_records_nor_lag(
    broker: RunningBrokers, log: Log, closing: list[Consumer]
) -> None:
    assert sum(log.end_offsets("sessions.v1").values()) == 0
    producer = Producer({"bootstrap.servers": broker.settings.bootstrap, "transactional.id": "t"})
    producer.init_transactions(20)
    for commits in (True, False, True):
        producer.begin_transaction()
        producer.produce("sessions.v1", b"kept" if commits else b"given up", b"k", 0)
        producer.flush()
        producer.commit_transaction(20) if commits else producer.abort_transaction(20)
    closing.append(log.consumer("g", ["sessions.v1"]))
    found = poll_until(closing[0], 2)
    assert [one.value for one in found] == [b"kept", b"kept"]
    closing[0].commit(after(found))
    assert log.end_offsets("sessions.v1")[0] == 6
    assert sum(log.lag("g").values()) == 0
    assert [one.value for one in log.read("sessions.v1", 0, 0, 10)] == [b"kept", b"kept"]


def test_what_was_polled_is_known_without_guessing(log: Log, closing: list[Consumer]) -> None:
    closing.append(log.consumer("g", ["clicks.v1"]))
    begun_us = time.time_ns() // 1000
    log.append("clicks.v1", numbered(5))
    assert closing[0].polled_until_us == 0
    assert len(poll_until(closing[0], 5)) == 5
    until = time.monotonic() + 20
    while closing[0].polled_until_us < begun_us and time.monotonic() < until:
        assert closing[0].poll(10, 0.05) == []
    assert begun_us <= closing[0].polled_until_us <= time.time_ns() // 1000


def test_an_error_among_records_loses_none_of_them(log: Log, closing: list[Consumer]) -> None:
    consumer = log.consumer("g", ["orders.v1"])
    assert isinstance(consumer, KafkaConsumer)
    closing.append(consumer)
    places = log.append("orders.v1", numbered(1))
    assert len(poll_until(consumer, 1)) == 1
    given = [
        message(places[0].partition, 1),
        Message(error=KafkaError(KafkaError._TRANSPORT)),
        message(places[0].partition, 2),
    ]
    with pytest.raises(LogBusy):
        consumer._take(lambda: given)
    assert [one.offset for one in consumer.poll(10, 0.0)] == [1, 2]


def message(partition: int, offset: int) -> Message:
    return Message(topic="orders.v1", partition=partition, offset=offset, key=b"k", value=b"v", timestamp=(2, 0))


def test_a_log_made_anew_has_another_id(broker: RunningBrokers, open_log: OpenLog) -> None:
    before = open_log().log_id
    broker.empty()
    assert open_log().log_id != before


@pytest.mark.parametrize(
    ("partitions", "config", "why"),
    [
        (3, {"message.timestamp.type": "LogAppendTime", "retention.ms": "-1"}, "it has 3 partitions"),
        (4, {"retention.ms": "-1"}, "message.timestamp.type must be LogAppendTime"),
        (4, {"message.timestamp.type": "LogAppendTime", "retention.ms": "1000"}, "retention.ms must be -1, or at"),
    ],
)
def test_a_topic_that_somebody_made_otherwise_is_refused_with_the_change(
    broker: RunningBrokers, open_log: OpenLog, partitions: int, config: dict[str, str], why: str
) -> None:
    admin = AdminClient({"bootstrap.servers": broker.settings.bootstrap})
    admin.create_topics([NewTopic("clicks.v1", partitions, 1, config=config)])["clicks.v1"].result(20)
    until = time.monotonic() + 20
    while "clicks.v1" not in admin.list_topics(timeout=10).topics and time.monotonic() < until:
        time.sleep(0.05)
    with pytest.raises(TopicUnfit, match=why):
        open_log().end_offsets("clicks.v1")


def test_more_copies_than_brokers_are_refused(broker: RunningBrokers, open_log: OpenLog) -> None:
    log = KafkaLog(broker.settings.model_copy(update={"replication": 3}), SETTINGS)
    with pytest.raises(TopicUnfit, match="TILLSTREAM_KAFKA__REPLICATION"):
        log.end_offsets("clicks.v1")
    log.close()


def test_no_broker_is_said_with_the_next_step() -> None:
    log = KafkaLog(KafkaSettings(bootstrap="127.0.0.1:1", answer_seconds=1.0), SETTINGS)
    with pytest.raises(LogBusy, match=r"no Kafka broker at 127\.0\.0\.1:1 answered.*`tillstream stack up`"):
        log.append("clicks.v1", numbered(1))
    log.close()


def test_a_broker_killed_in_the_middle_loses_nothing_and_retries_double_nothing(broker: RunningBrokers) -> None:
    log = KafkaLog(broker.settings.model_copy(update={"answer_seconds": 60.0}), SETTINGS)

    def kill_and_start() -> None:
        broker.kill()
        broker.start()

    promised = append_while(log, kill_and_start)
    assert records_of(log, "clicks.v1") == promised
    log.close()
    broker.empty()


def test_the_empty_topic_of_the_id_holds_nothing_else(broker: RunningBrokers, log: Log) -> None:
    assert log.log_id
    admin = AdminClient({"bootstrap.servers": broker.settings.bootstrap})
    assert set(admin.list_topics(timeout=10).topics) - {"__consumer_offsets", "__transaction_state"} == {
        *TOPICS,
        IDENTITY,
    }


def test_a_log_is_carried_here_and_back_also_by_a_move_that_ended_within_a_topic(log: Log, tmp_path: Path) -> None:
    first, last = SqliteLog(tmp_path / "first"), SqliteLog(tmp_path / "last")
    told(first, "clicks.v1", *(click(f"c{n}", NOON + timedelta(seconds=n), f"v{n % 9}") for n in range(60)))
    told(first, "orders.v1", order("o0", NOON, "ann", {"p1": (1, 100)}))
    (tmp_path / "back").mkdir()
    with pytest.raises(Killed):
        move(first, log, tmp_path, end_at="prepared")
    some = first.read("clicks.v1", 1, 0, 3)
    log.append("clicks.v1", [NewRecord(one.key, one.value, one.headers, one.partition) for one in some])
    move(first, log, tmp_path)
    moved, _ = move(log, last, tmp_path / "back")
    assert moved.carried == 61
    facts = [[(*one[:3], one.key, one.value, one.received_at_us) for one in everything(each)] for each in (first, last)]
    assert facts[0] == facts[1]
    first.close()
    last.close()
