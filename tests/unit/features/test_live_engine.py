import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace as replace_fields
from tests.shop import at, click
from tests.unit.features.live_loop import HOUR_US, SMALL, LiveLoop, digest, reference, same
from tests.unit.features.small_log import DAY_US, START, Received, SilverTables, in_order, once_each, small_log

from tillstream.adapters.log import NewRecord, Record
from tillstream.core.contracts import to_micros
from tillstream.features.engines.embedded import LiveEngine
from tillstream.features.errors import Superseded
from tillstream.features.offline.release import release
from tillstream.features.offline.settling import NotSettled
from tillstream.features.updates import UPDATES

DAYS = 4.0
MANY = [pytest.mark.kill, pytest.mark.timeout(400)]
END_US = to_micros(START) + round((DAYS + 4) * DAY_US)


def portions(records: Sequence[Record], draw: random.Random) -> list[list[Record]]:
    """The records in batches of drawn sizes, in the order received."""
    left, out = list(records), []
    while left:
        size = draw.randrange(1, 60)
        out.append(left[:size])
        left = left[size:]
    return out


def viewed(event_id: str, when: object, visitor: str = "v1") -> tuple[int, str, object]:
    event = click(event_id, when, visitor, product_id="boots")  # type: ignore[arg-type]
    return to_micros(event.occurred_at), "clicks.v1", event


def of_visitor(loop: LiveLoop, name: str, at_us: int) -> object:
    return loop.values(at_us)["visitor"]["v1"][name]


@pytest.mark.parametrize("seed", range(2))
def test_live_tiles_and_batch_together_equal_the_reference(tmp_path: Path, seed: int) -> None:
    loop = LiveLoop(tmp_path, small_log(seed, 250, days=DAYS))
    for batch in portions(loop.records(), random.Random(seed)):
        loop.count(batch)
    loop.release()
    assert same(loop.values(END_US), reference(loop.events, END_US))


@pytest.mark.parametrize(
    "seeds",
    [range(4), pytest.param(range(100), marks=[pytest.mark.kill, pytest.mark.timeout(400)])],
    ids=["few", "many"],
)
def test_any_order_copies_and_batching_of_one_log_give_one_hash_online_and_offline(
    quick_folder: Path, seeds: range
) -> None:
    # No two at one time: the place in the log, which the order changes, then decides nothing.
    times = [START + timedelta(seconds=n * 7_001.000_003) for n in range(60)]
    drawn = zip(times, once_each(small_log(3, 60)), strict=False)
    events = [(to_micros(when), one.topic, replace_fields(one.event, occurred_at=when)) for when, one in drawn]
    digests = {digest(reference(in_order(events), END_US, schema=SMALL))}
    for seed in seeds:
        draw = random.Random(seed)
        again = [(us + draw.randrange(3 * DAY_US), topic, event) for us, topic, event in events]
        again += [(us + draw.randrange(3 * DAY_US), topic, event) for us, topic, event in draw.sample(events, 20)]
        loop = LiveLoop(quick_folder / str(seed), in_order(again), schema=SMALL)
        batches = portions(loop.records(), draw)
        for number, batch in enumerate(batches):
            loop.count(batch)
            if number == len(batches) // 2:
                loop.release()
        loop.release()
        digests |= {digest(loop.values(END_US)), digest(reference(loop.events, END_US, schema=SMALL))}
        loop.logs.close()
        assert len(digests) == 1, seed


def test_a_batch_counted_twice_counts_once(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, in_order([viewed("e1", at("09:00")), viewed("e2", at("09:01"))]))
    records = loop.records()
    assert loop.count(records).events == 2
    assert loop.count(records).events == 0
    assert of_visitor(loop, "visitor__views_1h", to_micros(at("09:02"))) == 2


def test_a_zombie_that_wakes_with_an_old_batch_changes_nothing(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, in_order([viewed(f"e{n}", at(f"09:{n:02}")) for n in range(6)]))
    records = loop.records()
    zombie, heir = loop.new_engine(), loop.new_engine()
    held = zombie.decode(records[:4])
    heir.apply(heir.decode(records[:3]))
    assert zombie.apply(held).events == 1  # the one record the heir had not read
    heir.apply(heir.decode(records[3:]))
    assert of_visitor(loop, "visitor__views_1h", to_micros(at("09:06"))) == 6


def test_a_batch_that_begins_after_what_was_kept_is_refused_whole(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, in_order([viewed(f"e{n}", at(f"09:{n:02}")) for n in range(6)]))
    records = loop.records()
    loop.count(records[:1])
    with pytest.raises(Superseded):
        loop.count(records[3:])
    # The rows of visitor and product, a mark in each partition.
    assert sum(loop.updates.end_offsets(UPDATES).values()) == 4


def test_a_late_event_counts_live_until_its_step_is_released_and_then_by_batch(tmp_path: Path) -> None:
    first = [viewed("e1", at("09:00")), viewed("e2", at("12:00"))]
    late = [(to_micros(at("12:01")), "clicks.v1", viewed("e3", at("09:30"))[2])]
    loop = LiveLoop(tmp_path, in_order([*first, *late]), lateness_us=HOUR_US)
    assert loop.count(loop.records()[:2]).released_until_us == to_micros(at("11:00"))
    outcome = loop.count(loop.records()[2:])
    # Its steps of minutes and hours are released; the day's step, with recent products and taste, is open.
    assert outcome.late_to_batch > 0
    asked = to_micros(at("12:02"))
    assert of_visitor(loop, "visitor__clicks_1d", asked) == 2
    loop.release()
    assert of_visitor(loop, "visitor__clicks_1d", asked) == 3


def test_batch_sends_again_only_the_steps_that_later_rows_changed(tmp_path: Path) -> None:
    events = [viewed(f"e{n}", START + timedelta(hours=n)) for n in range(72)]
    loop = LiveLoop(tmp_path, in_order(events))
    loop.count(loop.records())
    assert loop.release().tiles > 50
    assert loop.release().tiles == 0
    straggler = Received("clicks.v1", viewed("late", START + timedelta(hours=50))[2], END_US, 0, 0)  # type: ignore[arg-type]
    (place,) = loop.log.append("clicks.v1", [straggler.record()])
    loop.events.append(replace(straggler, partition=place.partition, offset=place.offset))
    loop.count(loop.records()[-1:])
    assert 0 < loop.release().tiles < 15
    assert same(loop.values(END_US), reference(loop.events, END_US))


def test_batch_waits_until_silver_holds_what_live_tiles_count(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, in_order([viewed("e1", at("09:00"))]))
    loop.count(loop.records())
    with pytest.raises(NotSettled, match="1 records behind"):
        release(SilverTables(loop.events), loop.logs, loop.schema)


def test_poison_is_passed_over_and_its_neighbours_count(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, in_order([viewed("e1", at("09:00"))]))
    ahead = click("e2", at("11:00"), "v1")
    loop.log.append(
        "clicks.v1",
        [
            NewRecord("v1", b"{not json"),
            NewRecord("v1", ahead.encode(), {"received-at-us": str(to_micros(at("09:30")))}),
        ],
    )
    outcome = loop.count(loop.records())
    assert (outcome.rejected, outcome.events) == (2, 1)


def test_other_definitions_or_another_log_start_from_the_oldest_records(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path, in_order([viewed("e1", at("09:00"))]))
    loop.count(loop.records())
    assert loop.engine.offsets()["clicks.v1", loop.records()[0].partition] == 1
    other = LiveEngine(loop.logs, SMALL, lateness_us=HOUR_US)
    assert set(other.offsets().values()) == {0}
