import random
from dataclasses import replace

import pytest
from tests.unit.features.live_loop import SCHEMA
from tests.unit.features.test_packing import tile_of

from tillstream.features.costs import bytes_at_most, tiles_at_most
from tillstream.features.definitions import FEATURES, Feature, schema_of
from tillstream.features.definitions.language import HOUR
from tillstream.features.errors import MeaningChanged, StillRead
from tillstream.features.online.packing import merge
from tillstream.features.planning import InForce, applied, plan_of

PAID, VIEWS = FEATURES["card__paid_1d"], FEATURES["product__views_1d"]


def in_force(*features: Feature) -> InForce:
    named = {feature.name: feature for feature in features}
    plan = plan_of(InForce(), named, schema_of(features))
    return applied(plan, InForce(), named, schema_of(features))


def test_what_is_applied_leaves_nothing_to_do() -> None:
    named = {PAID.name: PAID}
    first = plan_of(InForce(), named, schema_of([PAID]))
    assert (first.added, first.engines) == (("card__paid_1d",), {"card__paid_1d": "polars, embedded worker, store"})
    assert [refill.entity for refill in first.refills] == ["card"]
    assert plan_of(in_force(PAID), named, schema_of([PAID])).is_empty


def test_a_new_feature_refills_the_rows_of_its_entity_alone() -> None:
    longer = replace(PAID, name="card__paid_2h", window_seconds=2 * HOUR, step_us=600 * 10**6)
    features = (PAID, VIEWS, longer)
    plan = plan_of(in_force(PAID, VIEWS), {one.name: one for one in features}, schema_of(features))
    assert (plan.added, plan.changed, plan.retired) == (("card__paid_2h",), (), ())
    assert [(refill.entity, refill.topics) for refill in plan.refills] == [("card", ("payments.v1",))]


def test_what_a_new_feature_adds_to_a_row_is_said_and_sharing_tiles_costs_a_column() -> None:
    mean = FEATURES["card__payment_mean_7d"]
    day, longer = replace(PAID, name="card__paid_2d", window_seconds=48 * HOUR, step_us=PAID.step_us), mean
    features = (PAID, day, longer)
    plan = plan_of(in_force(PAID), {one.name: one for one in features}, schema_of(features))
    groups = schema_of(features).groups["card"]
    alone = schema_of([PAID, day]).groups["card"]
    assert plan.row_bytes["card__payment_mean_7d"] == sum(map(bytes_at_most, groups)) - sum(map(bytes_at_most, alone))
    same = replace(PAID, name="card__paid_again_1d")
    shared = plan_of(in_force(PAID), {PAID.name: PAID, same.name: same}, schema_of([PAID, same]))
    assert shared.row_bytes == {"card__paid_again_1d": 0}


def test_a_changed_meaning_is_planned_with_a_mark_and_not_applied() -> None:
    other = replace(PAID, window_seconds=HOUR, step_us=300 * 10**6)
    before, named = in_force(PAID), {PAID.name: other}
    plan = plan_of(before, named, schema_of([other]))
    assert plan.changed == ("card__paid_1d",)
    with pytest.raises(MeaningChanged, match="card__paid_1d@2"):
        applied(plan, before, named, schema_of([other]))


def test_a_feature_that_a_serving_export_reads_is_not_retired() -> None:
    before = in_force(PAID, VIEWS)
    plan = plan_of(before, {VIEWS.name: VIEWS}, schema_of([VIEWS]), {"card__paid_1d": "fraud"})
    assert plan.still_read == {"card__paid_1d": "fraud"}
    with pytest.raises(StillRead, match="export of fraud reads it"):
        applied(plan, before, {VIEWS.name: VIEWS}, schema_of([VIEWS]))


def test_a_row_is_never_larger_than_was_said_before() -> None:
    draw = random.Random(1)
    for group in [group for groups in SCHEMA.groups.values() for group in groups]:
        steps = range(10_000, 10_000 + min(tiles_at_most(group), 200) + 50)
        tiles = {step: tile_of(group, draw) for step in steps}
        if group.keep == "ever":
            tiles[-steps[-2]] = tile_of(group, draw)
        section = merge(group, b"", tiles)
        assert len(section) * (1 if group.is_text else 8) <= bytes_at_most(group), group.name
