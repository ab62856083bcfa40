"""What every log must do. A log's own test module hands in an `open_log` fixture and imports `*`.

`open_log()` opens one more client of the same log, as another process would; the log's leases last a second.
"""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from tests.shop import click, shop_events, shop_records
from tests.shop.events import at

from tillstream.adapters.log import RECEIVED_AT, Consumer, Log, NewRecord, Record
from tillstream.core.contracts import TOPICS
from tillstream.core.errors import Fenced, UnknownTopic

OpenLog = Callable[[], Log]


@pytest.fixture
def log(open_log: OpenLog) -> Log:
    return open_log()


def numbered(count: int, *, key: str = "k") -> list[NewRecord]:
    return [NewRecord(key, str(number).encode()) for number in range(count)]


def drain(consumer: Consumer, *, wait_seconds: float = 0.5) -> list[Record]:
    records: list[Record] = []
    while found := consumer.poll(1000, wait_seconds):
        records += found
    return records


def poll_until(consumer: Consumer, count: int, *, limit_seconds: float = 20.0) -> list[Record]:
    """Polls as a worker does, also through a change of the group."""
    records: list[Record] = []
    until = time.monotonic() + limit_seconds
    while len(records) < count and time.monotonic() < until:
        records += consumer.poll(1000, 0.1)
    return records


def after(records: list[Record]) -> dict[tuple[str, int], int]:
    ends: dict[tuple[str, int], int] = {}
    for record in records:
        place = (record.topic, record.partition)
        ends[place] = max(ends.get(place, 0), record.offset + 1)
    return ends


@pytest.fixture
def closing() -> Iterator[list[Consumer]]:
    consumers: list[Consumer] = []
    yield consumers
    for consumer in consumers:
        consumer.close()


def test_what_is_appended_is_read_with_key_value_and_headers(log: Log, closing: list[Consumer]) -> None:
    sent = [NewRecord("ann", b"one", {"a": "b"}), NewRecord("ann", b"two")]
    places = log.append("clicks.v1", sent)
    closing.append(log.consumer("g", ["clicks.v1"]))
    found = poll_until(closing[0], 2)
    assert [(one.key, one.value, dict(one.headers)) for one in found] == [
        ("ann", b"one", {"a": "b"}),
        ("ann", b"two", {}),
    ]
    assert [one.place for one in found] == places


def test_a_key_stays_on_one_partition_and_in_order(log: Log, closing: list[Consumer]) -> None:
    for start in range(0, 300, 50):
        log.append("clicks.v1", [NewRecord(f"v{n % 7}", str(n).encode()) for n in range(start, start + 50)])
    closing.append(log.consumer("g", ["clicks.v1"]))
    found = poll_until(closing[0], 300)
    for visitor in range(7):
        own = [one for one in found if one.key == f"v{visitor}"]
        assert len({one.partition for one in own}) == 1
        assert [int(one.value) for one in own] == list(range(visitor, 300, 7))


def test_offsets_of_a_partition_grow(log: Log, closing: list[Consumer]) -> None:
    log.append("orders.v1", numbered(20))
    log.append("orders.v1", numbered(20))
    closing.append(log.consumer("g", ["orders.v1"]))
    offsets = [one.offset for one in poll_until(closing[0], 40)]
    assert offsets == sorted(set(offsets))


def test_received_is_the_append_time_unless_history_says_otherwise(log: Log, closing: list[Consumer]) -> None:
    before = time.time_ns() // 1000
    log.append("clicks.v1", [NewRecord("v", b"now"), NewRecord("v", b"past", {RECEIVED_AT: "1700000000000000"})])
    closing.append(log.consumer("g", ["clicks.v1"]))
    now, past = poll_until(closing[0], 2)
    # Kafka's append times are whole milliseconds.
    assert before - 1000 <= now.received_at_us <= time.time_ns() // 1000
    assert past.received_at_us == 1_700_000_000_000_000
    assert past.appended_at_us >= now.appended_at_us


def test_a_group_goes_on_where_it_committed(open_log: OpenLog) -> None:
    log = open_log()
    log.append("clicks.v1", numbered(10))
    first = log.consumer("g", ["clicks.v1"])
    found = poll_until(first, 10)
    first.commit(after(found[:4]))
    first.close()
    second = open_log().consumer("g", ["clicks.v1"])
    assert [int(one.value) for one in poll_until(second, 6)] == list(range(4, 10))
    assert second.committed() == after(found[:4])
    second.close()


def test_what_was_not_committed_is_read_again_after_a_crash(open_log: OpenLog) -> None:
    open_log().append("clicks.v1", numbered(5))
    crashed = open_log().consumer("g", ["clicks.v1"])
    assert len(poll_until(crashed, 5)) == 5
    survivor = open_log().consumer("g", ["clicks.v1"])
    assert [int(one.value) for one in poll_until(survivor, 5)] == list(range(5))
    survivor.close()


def test_groups_do_not_disturb_each_other(log: Log, closing: list[Consumer]) -> None:
    log.append("clicks.v1", numbered(5))
    for group in ("lake", "features"):
        closing.append(log.consumer(group, ["clicks.v1"]))
        found = poll_until(closing[-1], 5)
        assert len(found) == 5
        closing[-1].commit(after(found))


def test_members_share_the_partitions_and_cover_them_all(open_log: OpenLog, closing: list[Consumer]) -> None:
    closing.extend(open_log().consumer("g", ["clicks.v1"]) for _ in range(2))
    until = time.monotonic() + 20
    shares: list[frozenset[tuple[str, int]]] = []
    while time.monotonic() < until:
        for consumer in closing:
            consumer.poll(10, 0.05)
        shares = [consumer.assignment for consumer in closing]
        if all(shares) and len(shares[0] | shares[1]) == TOPICS["clicks.v1"].partitions:
            break
    assert not shares[0] & shares[1]
    assert len(shares[0] | shares[1]) == TOPICS["clicks.v1"].partitions


def test_a_silent_members_partitions_go_to_the_others_and_its_commit_is_fenced(open_log: OpenLog) -> None:
    log = open_log()
    log.append("orders.v1", numbered(10))
    lost: list[frozenset[tuple[str, int]]] = []
    zombie = open_log().consumer("g", ["orders.v1"], on_revoke=lost.append)
    found = poll_until(zombie, 10)
    heir = open_log().consumer("g", ["orders.v1"])
    assert [int(one.value) for one in poll_until(heir, 10)] == list(range(10))
    with pytest.raises(Fenced):
        zombie.commit(after(found))
    heir.commit(after(found))
    assert log.lag("g").get(found[0].place[:2], 0) == 0
    zombie.poll(10, 0.05)
    assert lost, "the zombie must be told what it lost"
    heir.close()


def test_a_member_of_an_older_generation_may_not_commit(open_log: OpenLog) -> None:
    log = open_log()
    log.append("clicks.v1", numbered(10))
    first = log.consumer("g", ["clicks.v1"])
    found = poll_until(first, 10)
    generation = first.generation
    second = open_log().consumer("g", ["clicks.v1"])
    until = time.monotonic() + 20
    while first.generation == generation and time.monotonic() < until:
        second.poll(10, 0.05)
        try:
            first.commit(after(found[:1]))
        except Fenced:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the older generation could still commit")
    first.close()
    second.close()


def test_a_member_that_leaves_hands_over_at_once(open_log: OpenLog) -> None:
    first, second = (open_log().consumer("g", ["orders.v1"]) for _ in range(2))
    poll_until(second, 1, limit_seconds=0.3)
    first.close()
    open_log().append("orders.v1", [NewRecord(f"k{n}", b"x") for n in range(20)])
    assert len(poll_until(second, 20)) == 20
    second.close()


def test_seek_goes_back_and_forth(log: Log, closing: list[Consumer]) -> None:
    log.append("clicks.v1", numbered(10))
    closing.append(log.consumer("g", ["clicks.v1"]))
    found = poll_until(closing[0], 10)
    place = found[0].place[:2]
    closing[0].seek(place, found[7].offset)
    assert [int(one.value) for one in poll_until(closing[0], 3)] == [7, 8, 9]
    closing[0].seek(place, found[2].offset)
    assert len(poll_until(closing[0], 8)) == 8


def test_another_client_knows_the_lag_of_a_group_that_has_done_nothing_yet(
    open_log: OpenLog, log: Log, closing: list[Consumer]
) -> None:
    log.append("clicks.v1", numbered(3))
    closing.append(log.consumer("g", ["clicks.v1", "orders.v1"]))
    assert len(poll_until(closing[0], 3)) == 3
    assert closing[0].committed() == {}
    lag = open_log().lag("g")
    assert {topic for topic, _ in lag} == {"clicks.v1", "orders.v1"}
    assert sum(lag.values()) == 3


def test_end_offsets_and_lag_count_what_is_left(log: Log, closing: list[Consumer]) -> None:
    log.append("orders.v1", numbered(10))
    closing.append(log.consumer("g", ["orders.v1"]))
    found = poll_until(closing[0], 10)
    closing[0].commit(after(found[:7]))
    assert sum(log.lag("g").values()) == 3
    ends = log.end_offsets("orders.v1")
    assert set(ends) == set(range(TOPICS["orders.v1"].partitions))
    assert ends[found[0].partition] > found[-1].offset


def test_poll_returns_empty_after_its_time_and_wakes_for_news(open_log: OpenLog, closing: list[Consumer]) -> None:
    log = open_log()
    closing.append(log.consumer("g", ["clicks.v1"]))
    poll_until(closing[0], 1, limit_seconds=0.5)
    assert closing[0].poll(10, 0.05) == []
    thread = threading.Timer(0.2, lambda: open_log().append("clicks.v1", numbered(1)))
    thread.start()
    assert len(closing[0].poll(10, 10.0)) == 1
    thread.join()


def test_no_partition_starves_another(log: Log, closing: list[Consumer]) -> None:
    log.append("clicks.v1", [NewRecord("k", b"x", partition=0) for _ in range(2000)])
    log.append("clicks.v1", [NewRecord("k", b"x", partition=3)])
    closing.append(log.consumer("g", ["clicks.v1"]))
    seen: list[int] = []
    while 3 not in seen and len(seen) < 2000:
        seen += [one.partition for one in closing[0].poll(100, 1.0)]
        time.sleep(0.05)  # the work on a batch, during which the next of every partition can come
    assert 3 in seen


def test_an_unknown_topic_is_refused(log: Log) -> None:
    with pytest.raises(UnknownTopic):
        log.append("nowhere.v1", numbered(1))


def test_the_log_keeps_its_id(open_log: OpenLog) -> None:
    assert open_log().log_id == open_log().log_id


def test_the_whole_shop_comes_back_as_it_was_sent(log: Log, closing: list[Consumer]) -> None:
    for topic, record in shop_records():
        log.append(topic, [record])
    topics = sorted({topic for topic, _ in shop_records()})
    closing.append(log.consumer("g", topics))
    found = poll_until(closing[0], len(shop_records()))
    assert sorted((one.topic, one.value) for one in found) == sorted((t, e.encode()) for t, e in shop_events())


def test_events_of_another_process_are_seen(open_log: OpenLog, closing: list[Consumer]) -> None:
    closing.append(open_log().consumer("g", ["clicks.v1"]))
    event = click("e", at("09:00"), "v")
    open_log().append("clicks.v1", [NewRecord("v", event.encode())])
    assert poll_until(closing[0], 1)[0].value == event.encode()
