"""The online store on a real server: what is read, in how many commands, and what happens when it is away."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import valkey
from tests.integration.features.conftest import Server
from tests.unit.features.live_loop import IDS, SCHEMA, LiveLoop, reference, same
from tests.unit.features.small_log import DAY_US, START, SilverTables, small_log

from tillstream.adapters.log import NewRecord
from tillstream.adapters.store import Breaker, ReadingStore, WritingStore
from tillstream.core.contracts import to_micros
from tillstream.core.errors import StoreUnavailable
from tillstream.features.definitions import Schema, features_named, schema_of
from tillstream.features.engines.embedded.keeping import StoreKeeper
from tillstream.features.engines.embedded.state import ask_for_all, batch_owes
from tillstream.features.engines.embedded.worker import Totals
from tillstream.features.online import FeatureReader, FeatureRows, OnlineWriter
from tillstream.features.online.footprint import SERVER_BYTES, Rows, footprint
from tillstream.features.online.packing import pack, sections_of
from tillstream.features.parity.home import check_parity
from tillstream.features.parity.report import lines_of
from tillstream.features.updates import UPDATES

pytestmark = pytest.mark.services

END_US = to_micros(START) + 8 * DAY_US


@pytest.fixture
def loop(tmp_path: Path) -> LiveLoop:
    one = LiveLoop(tmp_path / "log", small_log(11, 250, days=4.0))
    records = one.records()
    for start in range(0, len(records), 40):
        one.count(records[start : start + 40])
    return one


def writer_of(loop: LiveLoop, server: Server) -> OnlineWriter:
    store = WritingStore(server.settings)
    resend = partial(ask_for_all, loop.updates)
    owes = partial(batch_owes, loop.updates, loop.logs.identity(loop.schema))
    return OnlineWriter(
        loop.updates, store, loop.schema, ask_for_all=resend, batch_owes=owes, max_records=50, filling_records=50
    )


def drain(writer: OnlineWriter) -> int:
    applied = 0
    while done := writer.apply().records:
        applied += done
    return applied


def read(server: Server, at_us: int, ids: Any = IDS, *, schema: Schema = SCHEMA) -> FeatureRows:
    async def go() -> FeatureRows:
        store = ReadingStore(server.settings)
        try:
            return await FeatureReader(store, schema=schema).read(ids, tuple(schema.features.values()), at_us)
        finally:
            await store.close()

    return asyncio.run(go())


def test_what_is_read_equals_the_reference_and_decays_without_events(server: Server, loop: LiveLoop) -> None:
    loop.release()
    drain(writer_of(loop, server))
    for at_us in (END_US, END_US + 3 * DAY_US, END_US + 40 * DAY_US):
        assert same(read(server, at_us).values, reference(loop.events, at_us))


def test_a_keeper_that_ends_when_level_leaves_nothing_in_the_topic(server: Server, loop: LiveLoop) -> None:
    writer = writer_of(loop, server)
    keeper = StoreKeeper(writer, Totals())
    keeper.start()
    keeper.end(when_level=True)
    position = writer.position()
    assert position
    assert position.next == {p: end for p, end in loop.updates.end_offsets(UPDATES).items() if end}


def test_a_read_is_one_command_whatever_the_number_of_ids_and_features(server: Server, loop: LiveLoop) -> None:
    drain(writer_of(loop, server))
    client = valkey.Valkey(port=server.settings.port)
    client.config_resetstat()
    read(server, END_US, {"visitor": ["v1"], "product": [f"p{n}" for n in range(100)]})
    stats = client.info("commandstats")
    client.close()
    ours = {name.removeprefix("cmdstat_"): of["calls"] for name, of in stats.items()}
    assert ours.pop("mget") == 1
    assert not set(ours) - {"config|resetstat", "info", "client|setinfo", "client|setname", "hello", "select"}


def test_an_unknown_id_has_the_defaults_and_they_are_named(server: Server, loop: LiveLoop) -> None:
    drain(writer_of(loop, server))
    rows = read(server, END_US, {"card": ["nobody"]})
    assert rows.values["card"]["nobody"]["card__payments_1h"] == 0
    assert "card__payment_mean_7d" in rows.defaulted
    matrix = rows.matrix("card", ["nobody", "nobody"], ["card__payments_1h", "card__payment_mean_7d"])
    assert matrix.tolist()[0][0] == 0.0
    assert matrix.shape == (2, 2)
    assert str(matrix[1][1]) == "nan"


def test_parity_finds_nothing_and_a_changed_tile_at_once(server: Server, loop: LiveLoop) -> None:
    loop.release()
    drain(writer_of(loop, server))
    keys = [f"{entity}:{one}" for entity, ids in IDS.items() for one in ids if one != "nobody"]
    found = check_parity(_lake(loop), loop.logs, server.settings, SCHEMA, keys, END_US)
    assert found.triples > 300
    assert found.mismatches == 0
    client = valkey.Valkey(port=server.settings.port)
    client.set("f:customer:ann", client.get("f:customer:bob"))
    client.close()
    damaged = check_parity(_lake(loop), loop.logs, server.settings, SCHEMA, keys, END_US)
    assert {one.entity_id for one in damaged.differences} == {"ann"}
    first, polars, tiles, online, *_ = lines_of(damaged)
    assert first.startswith("customer:ann customer__")
    assert polars.split()[1:] == tiles.split()[1:] != online.split()[1:]


def test_parity_sees_an_event_that_never_reached_a_tile(server: Server, loop: LiveLoop) -> None:
    loop.release()
    with loop.updates.transaction(UPDATES) as transaction:
        transaction.connection.execute("DELETE FROM records WHERE key = 'card:k0'")
    drain(writer_of(loop, server))
    found = check_parity(_lake(loop), loop.logs, server.settings, SCHEMA, ["card:k0", "card:k1"], END_US)
    assert {one.entity_id for one in found.differences} == {"k0"}


def _lake(loop: LiveLoop) -> SilverTables:
    return SilverTables(loop.events)


def test_a_store_that_lost_its_data_is_not_read_until_it_is_whole_again(server: Server, loop: LiveLoop) -> None:
    loop.release()
    writer = writer_of(loop, server)
    drain(writer)
    before = read(server, END_US)
    server.kill(with_data=True)
    with pytest.raises(StoreUnavailable) as away:
        writer.apply()
    with pytest.raises(StoreUnavailable) as unread:
        read(server, END_US)
    assert (away.value.outcome, unread.value.outcome) == ("down", "down")
    server.start()
    with pytest.raises(StoreUnavailable) as empty:
        read(server, END_US)
    assert empty.value.outcome == "filling"
    writer.apply()
    with pytest.raises(StoreUnavailable, match="being filled"):
        read(server, END_US)
    drain(writer)
    after = read(server, END_US)
    assert after.values == before.values
    assert after.position == before.position


def test_when_the_topics_beginning_is_gone_batch_sends_every_released_step_again(
    server: Server, loop: LiveLoop
) -> None:
    loop.release()
    with loop.updates.transaction(UPDATES) as transaction:
        transaction.connection.execute(
            "DELETE FROM records WHERE offset < "
            "(SELECT next_offset FROM partitions p WHERE p.partition = records.partition) / 2"
        )
    writer = writer_of(loop, server)
    drain(writer)
    with pytest.raises(StoreUnavailable, match="being filled"):
        read(server, END_US)
    assert loop.release().tiles > 100
    drain(writer)
    assert same(read(server, END_US).values, reference(loop.events, END_US))


def test_an_empty_store_is_filled_in_large_portions_and_a_readable_one_kept_up_in_small_ones(
    server: Server, loop: LiveLoop
) -> None:
    writer = OnlineWriter(loop.updates, WritingStore(server.settings), SCHEMA, max_records=5, filling_records=10_000)
    filled = writer.apply()
    assert filled.records == sum(loop.updates.end_offsets(UPDATES).values())
    assert filled.is_level
    loop.release()
    added = sum(loop.updates.end_offsets(UPDATES).values()) - filled.records
    kept_up = writer.apply()
    assert kept_up.records <= 10 < added
    assert not kept_up.is_level
    assert kept_up.records + drain(writer) == added


def test_values_and_guard_are_set_at_once_each_kind_with_its_own_time_to_live(server: Server) -> None:
    store, client = WritingStore(server.settings), valkey.Valkey(port=server.settings.port)
    values = {100: {"a": b"1", "b": b"2"}, 200: {"c": b"3"}, 300: {}, 400: {"d": b"4"}}
    assert store.swap("guard", b"", b"first", values)
    assert [client.get(key) for key in ("guard", *"abcd")] == [b"first", b"1", b"2", b"3", b"4"]
    assert [client.ttl(key) for key in ("guard", *"abcd")] == [-1, 100, 100, 200, 400]
    assert not store.swap("guard", b"other", b"second", {100: {"a": b"5", "e": b"6"}})
    assert [client.get(key) for key in ("guard", "a", "e")] == [b"first", b"1", None]
    store.close()
    client.close()


def test_two_writers_apply_each_record_once(server: Server, loop: LiveLoop) -> None:
    loop.release()
    one, other = writer_of(loop, server), writer_of(loop, server)
    while one.apply().records or other.apply().records:
        pass
    assert same(read(server, END_US).values, reference(loop.events, END_US))


def test_rows_of_other_definitions_are_unknown_and_never_misread(server: Server, loop: LiveLoop) -> None:
    drain(writer_of(loop, server))

    async def go() -> None:
        store = ReadingStore(server.settings)
        others = schema_of(features_named(["visitor__views_1h"]))
        try:
            await FeatureReader(store, schema=others).read({"visitor": ["v1"]}, (), END_US)
        finally:
            await store.close()

    with pytest.raises(StoreUnavailable, match="being filled"):
        asyncio.run(go())


def another_versions(row: bytes) -> bytes:
    other = replace(SCHEMA, fingerprints={**SCHEMA.fingerprints, "card": b"another!"})
    return pack(other, "card", sections_of(SCHEMA, "card", row))


@pytest.mark.parametrize(
    ("damage", "outcome"),
    [
        pytest.param(another_versions, "fingerprint_unknown", id="another version's"),
        pytest.param(lambda row: row[:100] + bytes([row[100] ^ 64]) + row[101:], "row_broken", id="a flipped bit"),
        pytest.param(lambda row: row[:-16], "row_broken", id="a cut-off end"),
    ],
)
def test_a_row_that_cannot_be_read_has_a_name_and_the_writer_fills_the_store_anew(
    server: Server, loop: LiveLoop, damage: Callable[[bytes], bytes], outcome: str
) -> None:
    loop.release()
    writer, client = writer_of(loop, server), valkey.Valkey(port=server.settings.port)
    drain(writer)
    client.set("f:card:k0", damage(client.get("f:card:k0")))
    with pytest.raises(StoreUnavailable) as found:
        read(server, END_US, {"card": ["k1", "k0"]})
    assert found.value.outcome == outcome
    assert read(server, END_US, {"card": ["k1"]}).values["card"]["k1"] == reference(loop.events, END_US)["card"]["k1"]
    sent = [one for partition in (0, 1) for one in loop.updates.read(UPDATES, partition, 0, 10**6)]
    again = [one for one in sent if one.key == "card:k0"][-1]
    loop.updates.append(UPDATES, [NewRecord(again.key, again.value, again.headers)])
    assert writer.apply().unreadable == outcome
    with pytest.raises(StoreUnavailable, match="being filled"):
        read(server, END_US)
    client.close()
    drain(writer)
    assert read(server, END_US).position
    assert parity_of(loop, server) == 0


@pytest.mark.parametrize("key", ["f:position", "counted-until"])
def test_what_stands_beside_the_rows_is_not_guessed_either(server: Server, loop: LiveLoop, key: str) -> None:
    writer = writer_of(loop, server)
    drain(writer)
    writer.tell_counted(END_US)
    client = valkey.Valkey(port=server.settings.port)
    client.set(key, b"{broken")
    client.close()
    with pytest.raises(StoreUnavailable) as found:
        read(server, END_US)
    assert found.value.outcome == {"f:position": "filling"}.get(key, "row_broken")
    drain(writer)
    writer.tell_counted(END_US)
    assert read(server, END_US).counted_until_us == END_US


def parity_of(loop: LiveLoop, server: Server) -> int:
    """How many values are not the reference's at the writer's position."""
    keys = [f"{entity}:{one}" for entity, ids in IDS.items() for one in ids]
    found = check_parity(_lake(loop), loop.logs, server.settings, SCHEMA, keys, END_US)
    assert found.triples > 300
    return found.mismatches


def test_a_full_store_refuses_the_write_keeps_its_rows_and_goes_on_when_it_may(server: Server, loop: LiveLoop) -> None:
    loop.release()
    writer, client = writer_of(loop, server), valkey.Valkey(port=server.settings.port)
    writer.apply()
    before = client.get("f:position")
    client.config_set("maxmemory", 2**20)
    with pytest.raises(StoreUnavailable, match="is full and refuses writes") as found:
        writer.apply()
    assert (found.value.outcome, client.get("f:position")) == ("full", before)
    client.config_set("maxmemory", 2**29)
    client.close()
    drain(writer)
    assert same(read(server, END_US).values, reference(loop.events, END_US))


def test_the_memory_that_was_computed_is_what_a_real_server_takes(server: Server, loop: LiveLoop) -> None:
    loop.release()
    rows = loop.rows()
    store, most = WritingStore(server.settings), server.settings.max_memory_bytes
    empty, _ = store.memory_bytes()
    many = [(entity, f"{one}-{n:05}", row) for n in range(400) for key, row in rows.items()
            for entity, _, one in [key.partition(":")]]  # fmt: skip
    for start in range(0, len(many), 2_000):
        part = {f"f:{entity}:{one}": row for entity, one, row in many[start : start + 2_000]}
        assert store.swap(f"guard-{start}", b"", b"x", {10**6: part})
    time.sleep(0.3)  # the tables of keys grow a step at a time
    used, _ = store.memory_bytes()
    kinds = {}
    for kind in SCHEMA.groups:
        mine = [(len(row), len(one)) for entity, one, row in many if entity == kind]
        kinds[kind] = Rows(len(mine), sum(row for row, _ in mine) / len(mine), sum(one for _, one in mine) / len(mine))
    need = footprint(SCHEMA, kinds, most)
    assert 0.85 < (used - empty) / (need.expected_bytes - SERVER_BYTES) < 1.1
    assert empty < SERVER_BYTES
    assert need.at_most_bytes > used
    store.close()


def test_a_store_that_hangs_costs_the_deadline_then_nothing_and_is_probed_back(server: Server, loop: LiveLoop) -> None:
    drain(writer_of(loop, server))
    assert server.process is not None
    settings = server.settings.model_copy(update={"deadline_ms": 100})

    async def go() -> tuple[list[float], FeatureRows]:
        store = ReadingStore(settings, breaker=Breaker(failures=3, rest_seconds=0.2))
        reader = FeatureReader(store)
        await reader.read({"visitor": ["v1"]}, (), END_US)
        os.kill(server.process.pid, signal.SIGSTOP)
        took, outcomes = [], []
        for _ in range(8):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable) as found:
                await reader.read({"visitor": ["v1"]}, (), END_US)
            took.append(time.monotonic() - began)
            outcomes.append(found.value.outcome)
        assert outcomes[:4] == ["late", "late", "late", "resting"]
        os.kill(server.process.pid, signal.SIGCONT)
        until = time.monotonic() + 10
        while True:
            try:
                rows = await reader.read({"visitor": ["v1"]}, (), END_US)
                await store.close()
                return took, rows
            except StoreUnavailable:
                assert time.monotonic() < until
                await asyncio.sleep(0.05)

    took, rows = asyncio.run(go())
    assert sorted(took)[4] < 0.05  # refused by the breaker, not waited for
    assert max(took) < 3 * 0.1 + 0.2
    assert rows.position
