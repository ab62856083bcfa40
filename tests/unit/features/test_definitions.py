from dataclasses import replace

import pytest

from tillstream.core.errors import TillstreamError
from tillstream.features.definitions import FEATURES, default_schema, features_named, features_of, schema_of
from tillstream.features.definitions.language import Count, Distinct, Ratio, kinds
from tillstream.features.errors import DefinitionInvalid, UnknownFeature

VIEWS = FEATURES["product__views_1d"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "views_1d"}, "name"),
        ({"name": "card__views_1d"}, "name"),
        ({"source": None}, "source"),
        ({"source": replace(VIEWS.source, topic="views.v1")}, "source"),
        ({"source": replace(VIEWS.source, key="product")}, "of"),
        ({"aggregation": Distinct("colour")}, "of"),
        ({"where": (("type", ("viewed",)),)}, "where"),
        ({"window_seconds": 0}, "window_seconds"),
        ({"step_us": 0}, "step_us"),
        ({"step_us": 7 * 3_600_000_000}, "step_us"),
    ],
)
def test_a_definition_that_contradicts_itself_names_the_feature_and_the_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        replace(VIEWS, **changes)
    assert refused.value.field == field
    assert isinstance(refused.value, TillstreamError)


def test_a_ratio_needs_both_its_parts_of_the_same_entity() -> None:
    lone = replace(
        VIEWS, name="product__rate", aggregation=Ratio("product__views_1d", "card__payments_1d"), source=None
    )
    with pytest.raises(DefinitionInvalid, match="card__payments_1d"):
        schema_of([VIEWS, FEATURES["card__payments_1d"], lone])


def test_features_of_one_entity_source_and_step_share_their_tiles() -> None:
    carts = replace(VIEWS, name="product__carts_1d", where=kinds("cart_added"))
    schema = schema_of([VIEWS, carts])
    assert len(schema.groups["product"]) == 1
    assert schema.bindings["product__carts_1d"].columns == (1,)


def test_the_fingerprint_changes_with_the_meaning_and_only_with_it() -> None:
    same = schema_of([replace(VIEWS, description="Otherwise worded.", use_cases=())])
    other = schema_of([replace(VIEWS, where=kinds("hovered"))])
    assert schema_of([VIEWS]).fingerprint == same.fingerprint != other.fingerprint


def test_every_use_case_finds_its_features_and_every_feature_a_use_case() -> None:
    by_case = {case: features_of(case) for case in ("recommend", "price", "churn", "fraud")}
    assert all(by_case.values())
    assert {feature.name for found in by_case.values() for feature in found} == set(FEATURES)


def test_an_unknown_name_is_refused_with_where_to_look() -> None:
    with pytest.raises(UnknownFeature, match="tillstream features list"):
        features_named(["product__views_2d"])


def test_no_feature_of_the_shop_reads_a_personal_field() -> None:
    personal = {"gender", "age_band", "email", "name"}
    assert not [f.name for f in FEATURES.values() if getattr(f.aggregation, "of", None) in personal]
    assert default_schema().topics


def test_counts_of_nothing_are_zero_and_means_of_nothing_are_missing() -> None:
    for feature in FEATURES.values():
        if isinstance(feature.aggregation, Count):
            assert feature.default == 0, feature.name
    assert FEATURES["card__payment_mean_7d"].default is None
