import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shop import at, click
from tests.unit.adapters.log.test_spool import eventually

from tillstream.adapters.log import OCCURRED_AT, Record
from tillstream.adapters.log.grouped import GroupedAppender
from tillstream.adapters.log.spool import Spool
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import to_micros
from tillstream.core.errors import EventRejected
from tillstream.data.ingestion import Accepted, Door, dead_letter_id
from tillstream.data.ingestion.repair import Repairs, dead_letters, original_of, send_again, with_fields

NOW_US = to_micros(at("12:00"))


@pytest.fixture
def log(tmp_path: Path) -> SqliteLog:
    return SqliteLog(tmp_path / "log")


@pytest.fixture
def door(tmp_path: Path, log: SqliteLog) -> Iterator[Door]:
    appender, spool = GroupedAppender(log), Spool(tmp_path / "spool", log, keep_seconds=60)
    yield Door(appender, spool, clock_us=lambda: NOW_US)
    appender.close()
    spool.close()


def line(topic: str, event: bytes) -> bytes:
    return b'{"topic":"%s","event":%s}' % (topic.encode(), event)


def accept(door: Door, *lines: bytes) -> Accepted:
    return asyncio.run(door.accept(lines, route="/v1/events", request_id="r1"))


def records(log: SqliteLog, topic: str) -> list[Record]:
    return [one for p in log.end_offsets(topic) for one in log.read(topic, p, 0, 1000)]


def test_accepted_events_are_on_the_log_as_they_came(door: Door, log: SqliteLog) -> None:
    event = click("e1", at("11:59"), "v").encode()
    assert accept(door, line("clicks.v1", event), b"") == Accepted(1, ())
    assert [(one.key, one.value) for one in records(log, "clicks.v1")] == [("v", event)]


def test_a_broken_line_spoils_only_itself(door: Door, log: SqliteLog) -> None:
    good = click("e1", at("11:59"), "v").encode()
    bad = good.replace(b'"viewed"', b'"teleported"')
    answer = accept(door, line("clicks.v1", good), b"{not json", line("clicks.v1", bad), line("clicks", good))
    assert answer.accepted == 2
    assert [one.line for one in answer.rejected] == [2, 3]
    assert "teleported" in answer.rejected[1].reasons[0]
    eventually(lambda: len(records(log, "dead_letters.v1")) == 2)
    letters = {letter.place: letter for letter in dead_letters(log)}
    assert original_of(letters["/v1/events/r1/3"]) == bad
    assert original_of(letters["/v1/events/r1/2"]) == b"{not json"
    assert letters["/v1/events/r1/3"].event_id == answer.rejected[1].dead_letter_id


def test_an_event_from_the_future_is_refused_and_the_clients_received_time_ignored(door: Door, log: SqliteLog) -> None:
    answer = accept(door, line("clicks.v1", click("e", at("12:02"), "v").encode()))
    assert answer.accepted == 0
    assert "60 s are allowed" in answer.rejected[0].reasons[0]
    event = click("e", at("11:00"), "v").encode()[:-1] + b',"received_at":"2020-01-01T00:00:00Z"}'
    accept(door, line("clicks.v1", event))
    assert records(log, "clicks.v1")[0].headers == {OCCURRED_AT: str(to_micros(at("11:00")))}


@pytest.mark.parametrize("topic", ["decisions.v1", "feature_updates.v1", "dead_letters.v1", "nowhere.v1"])
def test_what_tillstream_derives_is_not_taken_from_outside(door: Door, topic: str) -> None:
    assert accept(door, line(topic, b"{}")).accepted == 0


def test_the_same_bad_bytes_make_the_same_letter() -> None:
    assert dead_letter_id("clicks.v1", b"x") == dead_letter_id("clicks.v1", b"x")
    assert dead_letter_id("clicks.v1", b"x") != dead_letter_id("orders.v1", b"x")


def test_a_repaired_letter_goes_through_the_door_again(door: Door, log: SqliteLog, tmp_path: Path) -> None:
    bad = click("e9", at("11:00"), "v").encode().replace(b'"viewed"', b'"teleported"')
    accept(door, line("clicks.v1", bad))
    eventually(lambda: len(records(log, "dead_letters.v1")) == 1)
    (letter,) = dead_letters(log)
    repairs = Repairs(tmp_path / "repairs")
    with pytest.raises(EventRejected):
        send_again(log, repairs, letter, now_us=NOW_US)
    with pytest.raises(EventRejected):
        repairs.save(letter, with_fields(original_of(letter), {"kind": "flew"}))
    repairs.save(letter, with_fields(original_of(letter), {"kind": "viewed"}))
    send_again(log, repairs, letter, now_us=NOW_US)
    assert repairs.is_sent(letter)
    (sent,) = records(log, "clicks.v1")
    assert json.loads(sent.value)["event_id"] == "e9"
    assert OCCURRED_AT in sent.headers
    assert base64.b64decode(letter.original) == bad
