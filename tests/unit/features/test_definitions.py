from dataclasses import replace

import pytest

from tillstream.core.errors import TillstreamError
from tillstream.features.definitions import FEATURES, features_named, features_of, schema_of
from tillstream.features.definitions.aggregations import Calendar, Count, Decayed, Distinct, Last, Ratio, Sum
from tillstream.features.definitions.handbook import HANDBOOK
from tillstream.features.definitions.language import EXACT_US, Source, kinds
from tillstream.features.definitions.outside import SHOP
from tillstream.features.definitions.registry import ENTITIES
from tillstream.features.errors import DefinitionInvalid, UnknownFeature

VIEWS = FEATURES["product__views_1d"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "views_1d"}, "name"),
        ({"name": "card__views_1d"}, "name"),
        ({"source": None}, "source"),
        ({"source": replace(VIEWS.source, topic="views.v1")}, "source"),
        ({"source": replace(VIEWS.source, key="product")}, "key"),
        ({"source": replace(VIEWS.source, key="price_cents")}, "key"),
        ({"source": replace(VIEWS.source, each="product_id")}, "each"),
        ({"source": Source("sessions.v1", "visitor_id")}, "online"),
        ({"aggregation": Distinct("colour")}, "of"),
        ({"aggregation": Distinct("price_cents")}, "of"),
        ({"aggregation": Sum("category")}, "of"),
        ({"aggregation": Decayed(0)}, "half_life_seconds"),
        ({"aggregation": Last("gender"), "source": Source("customers.v1", "customer_id"), "where": ()}, "personal"),
        ({"personal": True, "use_cases": ("price",)}, "personal"),
        ({"aggregation": Calendar("hour")}, "source"),
        ({"where": (("type", ("viewed",)),)}, "where"),
        ({"where": kinds("seen")}, "where"),
        ({"window_seconds": None, "offset_seconds": 60}, "window_seconds"),
        ({"window_seconds": None, "step_us": EXACT_US}, "window_seconds"),
        ({"offset_seconds": -1}, "offset_seconds"),
        ({"name": "product__views_1d@1"}, "name"),
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


def test_every_use_case_finds_its_features_and_all_of_them_are_served() -> None:
    for case in ("recommend", "price", "churn", "fraud"):
        assert features_of(case)
        assert all(feature.online for feature in features_of(case))


def test_an_unknown_name_is_refused_with_where_to_look() -> None:
    with pytest.raises(UnknownFeature, match="tillstream features list"):
        features_named(["product__views_2d"])


def test_what_is_personal_is_neither_served_nor_used_by_a_model() -> None:
    personal = [feature for feature in FEATURES.values() if feature.personal]
    assert {"customer__gender", "customer__age_band", "order__shipping_address"} <= {one.name for one in personal}
    assert not [one.name for one in personal if one.online or one.use_cases]


def test_no_two_definitions_have_one_name_and_parts_come_first() -> None:
    defined = [one for module in (*ENTITIES, SHOP, HANDBOOK) for one in module]
    assert len(defined) == len(FEATURES)
    schema_of(FEATURES.values())


def test_counts_of_nothing_are_zero_and_means_of_nothing_are_missing() -> None:
    for feature in FEATURES.values():
        if isinstance(feature.aggregation, Count):
            assert feature.default == 0, feature.name
    assert FEATURES["card__payment_mean_7d"].default is None
