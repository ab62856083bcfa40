import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.shop import click
from tests.unit.features.every_kind import every_kind
from tests.unit.features.live_loop import IDS, LiveLoop, reference, same
from tests.unit.features.oracle import value_at
from tests.unit.features.small_log import DAY_US, START, SilverTables, in_order, once_each, small_log
from tests.unit.features.test_live_engine import portions
from tests.unit.features.test_training_set import plain, spine_of

from tillstream.core.contracts import to_micros
from tillstream.features.definitions import FEATURES, Feature, default_schema, schema_of
from tillstream.features.definitions.aggregations import ADDED, Count, Given, Max, Sum, Tiled, Top
from tillstream.features.definitions.language import EXACT_INSTANTS, EXACT_US, Source
from tillstream.features.engines.embedded.state import ask_for_all
from tillstream.features.errors import FeatureError, NotServed
from tillstream.features.offline import training_set
from tillstream.features.online import FeatureRows
from tillstream.features.updates import UPDATES

KINDS = {feature.name: feature for feature in every_kind()}
SCHEMA = schema_of(KINDS.values())
DAYS = 4.0
END_US = to_micros(START) + round((DAYS + 4) * DAY_US)
SEEDS = [0, *(pytest.param(seed, marks=[pytest.mark.kill, pytest.mark.timeout(400)]) for seed in range(1, 20))]


@pytest.mark.parametrize("seed", SEEDS)
def test_polars_equals_a_loop_over_what_had_been_received(seed: int) -> None:
    log = small_log(seed, 300, days=DAYS)
    received = [one.received_us for one in log]
    spine = spine_of(seed, 25, days=DAYS + 4)
    # Half of the rows ask at the very instant that an event was received.
    draw = random.Random(seed)
    instants = pl.Series([draw.choice(received) for _ in range(25)]).cast(pl.Datetime("us", "UTC"))
    spine = spine.with_columns(at=pl.when(pl.int_range(25) % 2 == 0).then(instants).otherwise(pl.col("at")))
    once = once_each(log)
    for row in training_set(SilverTables(log), spine, tuple(KINDS.values())).to_dicts():
        for name, feature in KINDS.items():
            expected = value_at(feature, row[f"{feature.entity}_id"], to_micros(row["at"]), once, known=KINDS)
            assert plain(KINDS[name], row[name]) == expected, (name, row["at"])


@pytest.mark.parametrize("seed", SEEDS)
def test_live_tiles_and_batch_read_online_equal_the_loop_and_polars(tmp_path: Path, seed: int) -> None:
    loop = LiveLoop(tmp_path, small_log(seed, 250, days=DAYS), schema=SCHEMA)
    batches = portions(loop.records(), random.Random(seed))
    for number, batch in enumerate(batches):
        loop.count(batch)
        if number == len(batches) // 2:
            loop.release()
    loop.release()
    once = once_each(loop.events)
    for at_us in (END_US, END_US + DAY_US * 2 + 7):
        online = loop.values(at_us)
        assert same(online, reference(loop.events, at_us, schema=SCHEMA))
        assert same(online, _by_the_loop(once, at_us))
    # All is released and asked for again: what batch sends is the whole of it.
    loop.count([], horizon_us=END_US)
    ask_for_all(loop.updates)
    begin = loop.updates.end_offsets(UPDATES)
    loop.release()
    assert same(loop.values(END_US, begin), _by_the_loop(once, END_US))


def _by_the_loop(once: Any, at_us: int) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        entity: {
            one: {f.name: value_at(f, one, at_us, once, known=KINDS) for f in KINDS.values() if f.entity == entity}
            for one in ids
        }
        for entity, ids in IDS.items()
        if entity in SCHEMA.groups
    }


def test_what_the_request_says_comes_from_the_spine_or_the_request() -> None:
    basket = Feature(
        name="visitor__basket", entity="visitor", aggregation=Given("basket_cents"), description="Given.", default=-1
    )
    spine = spine_of(1, 2).with_columns(basket_cents=pl.Series([500, None]))
    assert training_set(SilverTables([]), spine, [basket])["visitor__basket"].to_list() == [500, -1]
    with pytest.raises(FeatureError, match="no column `basket_cents`"):
        training_set(SilverTables([]), spine.drop("basket_cents"), [basket])
    schema = schema_of([basket])
    for given, value in (({"basket_cents": 700}, 700), ({}, -1)):
        rows = FeatureRows.of(schema, [basket], {"visitor": {"v1": None}}, at_us=END_US, position="", given=given)
        assert rows.values == {"visitor": {"v1": {"visitor__basket": value}}}


@pytest.mark.parametrize("ids", [("p1",), ("p1", "p2")])
def test_a_quotient_may_have_a_whole_number_as_its_default(ids: tuple[str, ...]) -> None:
    carts, views = FEATURES["product__carts_7d"], FEATURES["product__views_7d"]
    rate = replace(FEATURES["product__cart_rate_7d"], default=7)
    schema = schema_of([carts, views, rate])
    rows = FeatureRows.of(schema, [rate], {"product": dict.fromkeys(ids)}, at_us=END_US, position="")
    assert rows.values == {"product": {one: {rate.name: 7} for one in ids}}


@pytest.mark.parametrize("aggregation", [Count(), Sum("duration_ms"), Max("duration_ms"), Top("category", k=3)])
def test_an_exact_tail_counts_the_newest_instants_alone(tmp_path: Path, aggregation: Tiled) -> None:
    exact = Feature(
        name="visitor__exact_1d", entity="visitor", aggregation=aggregation, description="Exact.",
        source=Source("clicks.v1", "visitor_id"), window_seconds=86_400, step_us=EXACT_US,
        default=0 if isinstance(aggregation, ADDED) else None,
    )  # fmt: skip
    clicks = [
        click(f"e{n}", START + timedelta(seconds=60 * (n // 2)), "v1", duration_ms=5_000 - n, category=f"c{n % 5}")
        for n in range(2 * EXACT_INSTANTS + 60)
    ]
    drawn = [(to_micros(one.occurred_at), "clicks.v1", one) for one in clicks]
    random.Random(3).shuffle(drawn)
    loop = LiveLoop(tmp_path, in_order(drawn), schema=schema_of([exact]))
    records = loop.records()
    for start in range(0, len(records), 50):
        loop.count(records[start : start + 50])
    asked = to_micros(START) + 8 * 3_600_000_000
    expected = value_at(exact, "v1", asked, once_each(loop.events), known={})
    assert loop.values(asked)["visitor"]["v1"]["visitor__exact_1d"] == expected
    assert reference(loop.events, asked, schema=loop.schema)["visitor"]["v1"]["visitor__exact_1d"] == expected
    loop.release()
    assert loop.values(asked)["visitor"]["v1"]["visitor__exact_1d"] == expected


def test_a_feature_that_is_not_kept_online_is_refused_by_name() -> None:
    offline = FEATURES["visitor__products_7d"]
    with pytest.raises(NotServed, match="visitor__products_7d is not kept online"):
        FeatureRows.of(default_schema(), [offline], {"visitor": {"v1": None}}, at_us=END_US, position="")
