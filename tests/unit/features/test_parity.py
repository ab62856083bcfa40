"""The proof itself can fail: what is lost or changed on the way is named."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.shop import click
from tests.unit.features.live_loop import IDS, SMALL, LiveLoop
from tests.unit.features.small_log import DAY_US, START, Received, SilverTables, in_order, small_log

from tillstream.core.contracts import to_micros
from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.bots import is_bot
from tillstream.features.definitions import Schema
from tillstream.features.offline.release import standing_of
from tillstream.features.offline.settling import NotSettled
from tillstream.features.online.position import Position, offsets_told
from tillstream.features.parity import History, Moment, PolarsReference, Tally, Values, compare
from tillstream.features.parity.comparing import is_same
from tillstream.features.parity.live import TilesEngine
from tillstream.features.parity.progress import Progress
from tillstream.features.parity.report import explain, lines_of
from tillstream.features.updates import OFFSETS, UPDATES, decode_tiles_record, parse_offsets, tiles_record

LOG = small_log(4, 200, days=4.0)
AT_US = to_micros(START) + 5 * DAY_US
ASKED = {entity: ids for entity, ids in IDS.items() if entity in SMALL.groups}
KEYS = [f"{entity}:{one}" for entity, ids in ASKED.items() for one in ids]


class Played:
    """A small log counted live and by batch, and the writer's positions on the way: some within a transaction."""

    def __init__(self, folder: Path, events: Sequence[Received] = LOG, batch_rows: int = 50) -> None:
        draw = random.Random(4)
        self.loop = LiveLoop(folder, events, schema=SMALL)
        self.positions: list[dict[int, int]] = []
        records = self.loop.records()
        for start in range(0, len(records), batch_rows):
            self.loop.count(records[start : start + batch_rows])
            if start == 100:
                self.loop.release()
            before = self.positions[-1] if self.positions else {}
            ends = self.loop.updates.end_offsets(UPDATES)
            self.positions.append({n: max(before.get(n, 0), end - draw.randrange(12)) for n, end in ends.items()})
        self.loop.release()
        self.positions.append(self.loop.updates.end_offsets(UPDATES))

    def prove(self, events: Sequence[Received] | None = None) -> Tally:
        """Tiles against Polars at every position, silver made of these events."""
        loop, tally = self.loop, Tally()
        history = History(
            loop.updates, SMALL, KEYS, standing=standing_of(loop.logs, SMALL), ends=loop.updates.end_offsets(UPDATES)
        )
        reference = PolarsReference(SilverTables(events or loop.events), history, AT_US)
        for position in self.positions:
            engines = {"polars": reference, "tiles": TilesEngine(history)}
            compare(SMALL, engines, Moment(position, AT_US, ASKED), tally)
            explain(tally, reference)
        return tally

    def change(self, statement: str, **values: Any) -> None:
        """Runs SQL on the topic's records."""
        with self.loop.updates.transaction(UPDATES) as transaction:
            transaction.connection.execute(statement, values)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """One that nothing was done to; to be read only."""
    return Played(tmp_path_factory.mktemp("whole"))


def test_tiles_equal_the_reference_wherever_the_writer_stands(whole: Played) -> None:
    found = whole.prove()
    assert found.triples > 200
    assert found.valued > 100
    assert str(found) == f"parity triples={found.triples} mismatches=0 missing=0 extra=0"


def test_an_entity_whose_tiles_were_lost_is_named_with_its_events(quick_folder: Path) -> None:
    played = Played(quick_folder)
    played.change("DELETE FROM records WHERE key = :key", key="card:k0")
    found = played.prove()
    assert found.missing > 0
    assert {(one.entity, one.entity_id) for one in found.differences} == {("card", "k0")}
    lines = list(lines_of(found))
    assert lines[0].startswith("card:k0 card__")
    assert [line.split()[0] for line in lines[1:3]] == ["polars", "tiles"]
    assert "events count, newest first" in lines[3]
    assert " happened 2026-03-" in lines[4]
    assert lines[-1] == str(found)


def test_a_tile_that_was_not_sent_again_is_seen_though_the_older_one_told_the_truth(quick_folder: Path) -> None:
    events = [
        (to_micros(when := START + timedelta(minutes=n)), "clicks.v1", click(f"e{n}", when, "v1")) for n in range(4)
    ]
    played = Played(quick_folder, in_order(events), batch_rows=1)
    assert played.prove().mismatches == 0
    second = "SELECT offset FROM records WHERE key = :key ORDER BY offset LIMIT 1 OFFSET 1"
    played.change(f"DELETE FROM records WHERE key = :key AND offset = ({second})", key="visitor:v1")
    # After the third event the engine was done with the second, and its tile is whole again with the third's.
    assert played.prove().mismatches == 0
    played.change(f"DELETE FROM records WHERE key = :key AND offset >= ({second})", key="visitor:v1")
    assert {one.entity_id for one in played.prove().differences} == {"v1"}


def test_a_changed_number_in_one_entity_s_tiles_is_named(quick_folder: Path) -> None:
    played = Played(quick_folder)
    sums = [number for number, group in enumerate(SMALL.groups["product"]) if group.kind == "sums"]
    for partition, end in played.loop.updates.end_offsets(UPDATES).items():
        for record in played.loop.updates.read(UPDATES, partition, 0, end):
            if record.key == "product:p1":
                fingerprint, tiles = decode_tiles_record(record.value)
                tiles = [(n, step, [one + 1 for one in tile] if n in sums else tile) for n, step, tile in tiles]
                value = tiles_record(record.key, fingerprint, tiles, record.headers[OFFSETS]).value
                place = {"value": value, "partition": partition, "offset": record.offset}
                played.change(
                    "UPDATE records SET value = :value WHERE partition = :partition AND offset = :offset", **place
                )
    assert {(one.entity, one.entity_id) for one in played.prove().differences} == {("product", "p1")}


def test_an_event_left_out_of_silver_is_named(whole: Played) -> None:
    lost = next(one for one in reversed(whole.loop.events) if _is_view_of_a_product(one))
    events = [one for one in whole.loop.events if one.event.event_id != lost.event.event_id]
    assert ("product", lost.event.product_id) in {
        (one.entity, one.entity_id) for one in whole.prove(events).differences if one.feature == "product__views_7d"
    }


def _is_view_of_a_product(one: Received) -> bool:
    event = one.event
    return isinstance(event, Click) and event.kind == "viewed" and event.product_id is not None and not is_bot(event)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0.1 + 0.2, 0.3, False),
        (0.0, -0.0, False),
        (1, 1.0, False),
        (1, True, False),
        (("a", "b"), ("b", "a"), False),
        ({"a": 1, "b": 1}, {"b": 1, "a": 1}, False),
        ({}, (), False),
        (0.1, 0.1, True),
        (None, None, True),
        (("a", 1), ("a", 1), True),
    ],
)
def test_values_are_one_only_bit_for_bit(one: Any, other: Any, same: bool) -> None:
    assert is_same(one, other) is same


def test_an_engine_without_an_answer_is_missing_and_one_too_many_is_extra() -> None:
    feature = SMALL.features["card__paid_1d"]

    def says(value: Mapping[str, Any]) -> Values:
        return {"card": {"k0": value}}

    small = Schema({feature.name: feature}, SMALL.groups, SMALL.bindings, SMALL.fingerprints, SMALL.places)
    moment, tally = Moment({}, AT_US, {"card": ["k0"]}), Tally()
    for reference, other in (
        ({feature.name: 3}, {}),
        ({feature.name: 0}, {feature.name: 3}),
        ({feature.name: 2}, {feature.name: 3}),
    ):
        answers = {"polars": says(reference), "other": says(other)}
        compare(small, {name: lambda _, of=of: of for name, of in answers.items()}, moment, tally)
    assert str(tally) == "parity triples=3 mismatches=3 missing=1 extra=1"


def test_a_header_is_done_for_a_topic_once_a_later_transaction_told_more_of_it() -> None:
    progress = Progress([slice(0, 2), slice(2, 3)])
    for told, done in (([5, 1, 0], [0, 0, 0]), ([0, 0, 4], [0, 0, 0]), ([5, 1, 0], [0, 0, 0]), ([6, 1, 0], [5, 1, 0])):
        progress.see(np.array(told))
        assert progress.done.tolist() == done


def test_a_position_counts_below_the_offsets_of_its_headers(whole: Played) -> None:
    history = History(whole.loop.updates, SMALL, KEYS)
    history.move_to(whole.positions[0])
    record = whole.loop.updates.read(UPDATES, 0, 0, 1)[0]
    needed = history.needed()
    assert all(needed[place] >= offset for place, offset in parse_offsets(record.headers[OFFSETS]).items())
    assert max(needed.values()) <= 50


def test_the_position_in_a_decision_record_reads_back() -> None:
    assert offsets_told(str(Position("log:1/x", "print", {3: 7, 0: 120}))) == {0: 120, 3: 7}


def test_a_store_that_went_back_while_it_was_read_is_no_difference_but_a_reason_to_try_again(whole: Played) -> None:
    history = History(whole.loop.updates, SMALL, KEYS)
    history.move_to(whole.positions[-1])
    with pytest.raises(NotSettled, match="try again"):
        history.move_to(whole.positions[0])
