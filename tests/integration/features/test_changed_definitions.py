"""Definitions that change in a running shop: what their readers see before and after batch has sent the past."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import valkey
from tests.integration.features.conftest import Server
from tests.integration.features.test_store import END_US, read, writer_of
from tests.unit.features.live_loop import IDS, SMALL, LiveLoop, reference, same
from tests.unit.features.small_log import DAY_US, START, Received, small_log

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import to_micros
from tillstream.core.errors import StoreUnavailable
from tillstream.features.engines.embedded.state import ask_for_all
from tillstream.features.engines.embedded.worker import FeatureWorker

pytestmark = pytest.mark.services


def test_features_that_join_or_leave_a_shop_have_their_history_and_no_gap(server: Server, tmp_path: Path) -> None:
    events = small_log(11, 250, days=4.0)
    first = [one for one in events if one.received_us < to_micros(START) + 2.5 * DAY_US]
    shop = LiveLoop(tmp_path / "log", first, schema=SMALL)
    follow(shop, server)
    ask_for_all(shop.updates)  # which leaves a mark that must not count when these definitions come back
    until_us = shop.release().until_us
    forget(shop.updates, first, until_us)

    grown = LiveLoop(tmp_path / "log", [])
    for one in events[len(first) :]:
        grown.log.append(one.topic, [one.record()])
    assert len(grown.records()) < len(events)
    asked = {entity: ids for entity, ids in IDS.items() if entity in SMALL.groups}
    for loop, ids in ((grown, IDS), (LiveLoop(tmp_path / "log", [], schema=SMALL), asked)):
        loop.events = events
        follow(loop, server)
        with pytest.raises(StoreUnavailable, match="being filled"):
            read(server, END_US, ids, schema=loop.schema)
        loop.release()
        follow(loop, server)
        expected = reference(events, END_US, schema=loop.schema)
        assert same(read(server, END_US, ids, schema=loop.schema).values, expected)
        valkey.Valkey(port=server.settings.port).flushdb()
        follow(loop, server)
        assert same(read(server, END_US, ids, schema=loop.schema).values, expected)


def follow(loop: LiveLoop, server: Server) -> None:
    """What the feature worker does with all that is on the log."""
    writer = writer_of(loop, server)
    FeatureWorker(loop.log, loop.engine, writer, poll_rows=50).run(lambda: False, until_caught_up=True)


def forget(log: SqliteLog, events: Sequence[Received], until_us: int) -> None:
    """Retention has come as far as the released steps: their events are in silver alone."""
    topics: dict[str, dict[int, int]] = {}
    for one in events:
        if one.received_us < until_us:
            topics.setdefault(one.topic, {})[one.partition] = one.offset + 1
    for topic, read_offsets in topics.items():
        log._file(topic).delete_before(2**62, read_offsets)
