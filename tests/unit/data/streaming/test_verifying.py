"""`lake verify` sees what is lost, doubled, foreign, or poison without its letter."""

import shutil

import pyarrow as pa
from tests.shop import at, click, new_record

from tillstream.adapters.log import NewRecord
from tillstream.data.lake import definition_of
from tillstream.data.lake.writing import TableWriter
from tillstream.data.streaming.embedded.landing import FAST
from tillstream.data.streaming.embedded.verifying import verify

CLICKS = definition_of("silver.clicks")


def verdict(lake, entity="clicks"):
    return next(one for one in verify(lake) if one.entity == entity)


def fill(log, catch_up):
    clicks = [new_record("clicks.v1", click(f"e{n}", at("09:00"), f"v{n}")) for n in range(8)]
    log.append("clicks.v1", [*clicks, clicks[0], NewRecord("v", b"{oops")])
    catch_up()


def test_a_sound_lake_is_sound(log, lake, catch_up):
    fill(log, catch_up)
    found = verdict(lake)
    assert found.is_sound
    assert (found.bronze_rows, found.valid, found.silver_rows, found.poison) == (10, 8, 8, 1)


def test_a_row_too_many_is_doubled_and_one_too_few_is_lost(log, lake, catch_up):
    fill(log, catch_up)
    rows = lake.arrow("silver.clicks")
    lake.delta("silver.clicks").delete("event_id = 'e3'")
    TableWriter(lake, CLICKS, FAST).append(rows.filter(pa.compute.equal(rows["event_id"], "e4")), {"by hand": 1})
    found = verdict(lake)
    assert (found.lost, found.doubled, found.foreign, found.is_sound) == (1, 1, 0, False)


def test_a_changed_value_is_foreign(log, lake, catch_up):
    fill(log, catch_up)
    lake.delta("silver.clicks").update(updates={"page": "'/elsewhere'"}, predicate="event_id = 'e5'")
    assert verdict(lake).foreign == 1


def test_poison_without_its_letter_is_counted(log, lake, catch_up):
    fill(log, catch_up)
    shutil.rmtree(lake.folder("silver.dead_letters"))
    assert verdict(lake).poison_without_letter == 1
