"""A backlog at a first start and after an outage: the store gives no number that lacks what was left to batch."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.features.conftest import Server
from tests.integration.features.test_store import END_US, read, writer_of
from tests.unit.features.live_loop import LiveLoop, reference, same
from tests.unit.features.small_log import DAY_US, START, small_log

from tillstream.core.contracts import to_micros
from tillstream.core.errors import StoreUnavailable
from tillstream.features.engines.embedded.worker import FeatureWorker, Totals

pytestmark = pytest.mark.services

EVENTS = small_log(11, 250, days=4.0)


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[LiveLoop]:
    one = LiveLoop(tmp_path / "log", EVENTS)
    yield one
    one.logs.close()


def follow(loop: LiveLoop, server: Server, *, backlog_rows: int) -> Totals:
    """What the feature worker does with all that is on the log, when that is more than so many rows a backlog."""
    writer = writer_of(loop, server)
    worker = FeatureWorker(loop.log, loop.engine, writer, poll_rows=10, backlog_rows=backlog_rows)
    return worker.run(lambda: False, until_caught_up=True)


def test_a_history_of_one_reading_is_counted_and_answers_at_once(server: Server, loop: LiveLoop) -> None:
    assert follow(loop, server, backlog_rows=20_000).left_to_batch == 0
    assert same(read(server, END_US).values, reference(EVENTS, END_US))


def test_a_longer_one_answers_when_batch_has_sent_it_and_not_before(server: Server, loop: LiveLoop) -> None:
    assert follow(loop, server, backlog_rows=20).left_to_batch > 0
    with pytest.raises(StoreUnavailable, match="features release"):
        read(server, END_US)
    loop.release()
    follow(loop, server, backlog_rows=20)
    assert same(read(server, END_US).values, reference(EVENTS, END_US))


def test_so_does_what_an_outage_left_and_a_cleared_store_meanwhile(server: Server, tmp_path: Path) -> None:
    before = [one for one in EVENTS if one.received_us < to_micros(START) + 2 * DAY_US]
    loop = LiveLoop(tmp_path / "log", before)
    follow(loop, server, backlog_rows=20_000)
    assert same(read(server, END_US).values, reference(before, END_US))
    for one in EVENTS[len(before) :]:
        loop.log.append(one.topic, [one.record()])
    loop.events = EVENTS
    follow(loop, server, backlog_rows=20)
    with pytest.raises(StoreUnavailable, match="being filled"):
        read(server, END_US)
    writer_of(loop, server)._begin()
    follow(loop, server, backlog_rows=20)
    with pytest.raises(StoreUnavailable, match="being filled"):
        read(server, END_US)
    loop.release()
    follow(loop, server, backlog_rows=20)
    assert same(read(server, END_US).values, reference(EVENTS, END_US))
    loop.logs.close()
