import random
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from tests.shop import at, click, payment
from tests.unit.features.oracle import value_at
from tests.unit.features.small_log import START, SilverTables, in_order, once_each, small_log

from tillstream.core.contracts import to_micros
from tillstream.features.definitions import FEATURES, Feature, features_named
from tillstream.features.definitions.aggregations import Given, Top
from tillstream.features.errors import FeatureError
from tillstream.features.offline import training_set

IDS = {
    "visitor": ["v0", "v1", "v2", "v3", "nobody", None],
    "customer": ["ann", "bob", "eve", None, "nobody"],
    "product": ["p0", "p1", "p2", "p3", "p4", "p9", None],
    "card": ["k0", "k1", "k2", None],
    "device": ["d1", "d2", None],
    "terminal": ["t1", None],
    "category": ["shoes", "lamps", "bags", None],
    "region": ["north", "south", None],
    "session": ["s0", "s1", None],
    "order": ["order-e1", "order-e2", "order-e5", "order-e8", "order-e9", None],
    "payment": ["payment-e3", "payment-e4", "payment-e6", None],
}
GIVEN = [one.aggregation.of for one in FEATURES.values() if isinstance(one.aggregation, Given)]


def spine_of(seed: int, rows: int, *, days: float = 15.0) -> pl.DataFrame:
    draw = random.Random(seed)
    ids = {f"{entity}_id": [draw.choice(known) for _ in range(rows)] for entity, known in IDS.items()}
    times = [START + timedelta(seconds=draw.uniform(0, days * 86_400)) for _ in range(rows)]
    edges = [START + timedelta(hours=draw.randrange(round(days * 20))) for _ in range(rows)]
    when = [draw.choice(pair) for pair in zip(times, edges, strict=True)]
    return pl.DataFrame({**ids, "at": when}, schema_overrides={"at": pl.Datetime("us", "UTC")})


def plain(feature: Feature, value: Any) -> Any:
    """A cell as the online reader would give it."""
    if isinstance(feature.aggregation, Top):
        return {entry["value"]: entry["count"] for entry in value}
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.kill) for seed in range(2, 12))])
def test_every_feature_equals_a_loop_over_what_had_been_received(seed: int) -> None:
    log = small_log(seed, 350)
    spine = spine_of(seed, 40).with_columns(pl.lit(None).alias(name) for name in GIVEN if not name.endswith("_id"))
    spine = spine.with_columns(external_id=pl.lit("x"))

    rows = training_set(SilverTables(log), spine, tuple(FEATURES.values())).to_dicts()

    once = once_each(log)
    for row in rows:
        for name, feature in FEATURES.items():
            expected = value_at(feature, row.get(f"{feature.entity}_id"), to_micros(row["at"]), once, given=row)
            assert plain(feature, row[name]) == expected, (name, row["at"])


def test_no_row_of_the_spine_is_lost_and_their_order_stays() -> None:
    spine = spine_of(9, 30).with_columns(row=pl.int_range(30))
    out = training_set(SilverTables([]), spine, features_named(["card__payments_1h", "product__conversion_7d"]))
    assert out["row"].to_list() == list(range(30))
    assert set(out["card__payments_1h"]) == {0}


def test_what_was_received_later_never_leaks_however_early_it_happened() -> None:
    late = [(to_micros(at("12:00")), "payments.v1", payment("y1", at("09:00"), 500, card_id="k1"))]
    spine = pl.DataFrame({"card_id": ["k1", "k1"], "at": [at("11:59:59"), at("12:00")]}).cast(
        {"at": pl.Datetime("us", "UTC")}
    )
    out = training_set(SilverTables(in_order(late)), spine, features_named(["card__payments_7d"]))
    assert out["card__payments_7d"].to_list() == [0, 1]


def test_the_tail_of_a_window_moves_in_steps_and_its_head_is_exact() -> None:
    viewed = click("e1", at("09:07"), "v1", product_id="boots")
    log = in_order([(to_micros(viewed.occurred_at), "clicks.v1", viewed)])
    asked = [at("09:06:59.999999"), at("09:07"), at("10:07"), at("10:09:59"), at("10:10")]
    spine = pl.DataFrame({"visitor_id": ["v1"] * 5, "at": asked}).cast({"at": pl.Datetime("us", "UTC")})
    out = training_set(SilverTables(log), spine, features_named(["visitor__views_1h"]))
    assert out["visitor__views_1h"].to_list() == [0, 1, 1, 1, 0]


def test_a_spine_without_the_ids_it_needs_is_refused_by_name() -> None:
    with pytest.raises(FeatureError, match="lacks card_id"):
        training_set(SilverTables([]), pl.DataFrame({"at": [START]}), features_named(["card__payments_1h"]))
