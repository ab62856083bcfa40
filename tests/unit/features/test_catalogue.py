"""What the shop wants to know, item by item, and the definition that answers it."""

import pytest

from tillstream.features.definitions import FEATURES, Feature
from tillstream.features.definitions.aggregations import Count, Distinct, Mean, SecondsSince, Sum
from tillstream.features.definitions.language import DAY, HOUR, MINUTE

CATALOGUE = {
    "identity and demographics": {
        "customer id": "customer__id", "new or returning": "customer__visit_days_ever",
        "age band": "customer__age_band", "gender": "customer__gender", "country": "customer__country",
        "region": "customer__region", "device": "visitor__device_last", "browser": "visitor__browser_last",
        "language": "customer__language",
        "account created": "customer__created_at", "orders completed": "customer__completed_orders_ever",
        "orders failed": "customer__failed_orders_ever",
    },
    "session and engagement": {
        "session id": "session__id", "customer": "session__customer", "start": "session__started_at",
        "end": "session__ended_at", "duration": "session__duration_ms",
        "last activity": "visitor__seconds_since_click", "clicks in session": "visitor__clicks_30m",
        "page refreshes": "visitor__refreshes_30m", "bounced": "session__bounced",
        "sessions a day": "customer__sessions_a_day_30d", "mean gap between sessions": "customer__session_gap_seconds",
    },
    "marketing": {
        "campaign": "visitor__campaign_last", "customer": "customer__id", "referral source": "visitor__referrer_last",
        "utm source": "visitor__utm_source_last", "medium": "visitor__utm_medium_last",
        "utm campaign": "visitor__utm_campaign_last", "promo code used": "customer__promo_code_last",
        "e-mail clicks": "customer__emails_clicked_30d", "social shares": "customer__shares_30d",
    },
    "product and inventory": {
        "product": "product__id", "order": "order__id", "category": "product__category_last",
        "brand": "product__brand_last", "price": "product__list_price_last",
        "shipping estimate": "product__shipping_days_last", "discount now": "product__discount_last",
        "in stock": "product__stock_last", "variants": "product__variants_last",
    },
    "behaviour inside a page": {
        "tracking id": "visitor__id", "customer": "session__customer", "session": "session__id",
        "hover time": "visitor__hover_mean_1h", "scroll depth": "visitor__scroll_depth_1h",
        "time in cart": "visitor__seconds_since_cart", "clicks before purchase": "visitor__clicks_1d",
        "checkout time": "visitor__checkout_seconds", "payment time": "visitor__payment_seconds",
    },
    "orders": {
        "order": "order__id", "customer": "order__customer", "session": "order__visitor",
        "payment method": "order__payment_method", "shipping address": "order__shipping_address",
        "billing address": "order__billing_address", "created": "order__created_at",
        "completed": "order__completed_at", "status": "order__status", "items": "order__items",
        "total": "order__total_cents", "payment status": "order__payment_status", "discount": "order__discount_cents",
    },
    "fraud and security": {
        "fraud event": "customer__alert_pattern_last", "customer": "customer__id", "session": "session__id",
        "failed logins": "customer__failed_logins_1h", "suspicious now": "customer__alerts_1d",
        "chargebacks": "customer__chargebacks_90d", "payment methods used": "customer__payment_methods_90d",
        "accounts on the device": "device__accounts_30d", "shipping/billing mismatches": "customer__mismatches_30d",
    },
    "outside world": {
        "external id": "shop__external_id", "order": "order__id", "weather at purchase": "region__condition_last",
        "shopping holiday": "shop__holiday", "economic index": "shop__economic_index",
        "price against competitors": "product__price_ratio",
    },
    "model outputs": {
        "insight id": "customer__decision_last", "customer": "customer__id",
        "purchase probability": "customer__purchase_probability", "churn risk": "customer__churn_risk",
        "discount sensitivity": "customer__discount_sensitivity", "fraud risk": "customer__fraud_risk",
        "next best product": "customer__next_best_product",
    },
    "use cases": {
        "product conversion": "product__conversion_7d", "add-to-cart rate": "product__cart_rate_7d",
        "co-viewed": "visitor__recent_products_7d", "co-purchased": "product__bought_with_30d",
    },
}  # fmt: skip
MEASURED = {"customer": "payments.v1", "card": "payments.v1", "device": "payments.v1", "terminal": "payments.v1",
            "product": "clicks.v1", "category": "clicks.v1"}  # fmt: skip
FIVE = {5 * MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY}


@pytest.mark.parametrize("group", CATALOGUE)
def test_every_item_of_the_catalogue_has_its_definition(group: str) -> None:
    assert [item for item, name in CATALOGUE[group].items() if name not in FEATURES] == []


@pytest.mark.parametrize("entity", MEASURED)
def test_an_entity_is_counted_over_each_of_the_five_windows(entity: str) -> None:
    mine = [one for one in FEATURES.values() if one.entity == entity and _reads(one, MEASURED[entity])]
    assert {one.window_seconds for one in mine if isinstance(one.aggregation, Count)} >= FIVE


@pytest.mark.parametrize("entity", MEASURED)
def test_an_entity_has_sums_means_distinct_counts_and_times_since(entity: str) -> None:
    mine = [type(one.aggregation) for one in FEATURES.values() if one.entity == entity]
    assert {Count, Sum, Mean, Distinct, SecondsSince} <= set(mine)


def _reads(feature: Feature, topic: str) -> bool:
    return feature.source is not None and feature.source.topic == topic
