"""What surrounded an order, as it was told last by then: by time of happening, among what had been received."""

from datetime import timedelta

import pytest
from tests.shop import at, new_record, order, product

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts.goods import Stock
from tillstream.core.contracts.market import CompetitorPrice, Promotion, Weather
from tillstream.core.settings import LakeSettings
from tillstream.data.batch.gold import build_gold
from tillstream.data.lake import Lake
from tillstream.data.streaming.embedded.lake_worker import LakeWorker


def told(n, when):
    """One state of each of the five things; `n` tells the states apart."""
    rival = {"competitor_id": f"rival-{n}", "price_cents": n, "currency": "EUR"}
    sale = {"name": "Sale", "discount_ratio": 0.1, "starts_at": at("00:00"), "ends_at": at("23:00")}
    return {
        "products.v1": product("boots", "shoes", 1_000 + n, event_id=f"b{n}", occurred_at=when),
        "stock.v1": Stock(event_id=f"s{n}", occurred_at=when, product_id="boots", on_hand=n),
        "weather.v1": Weather(event_id=f"w{n}", occurred_at=when, region="north", temperature_celsius=float(n),
                              precipitation_mm=0.0, condition="clear"),
        "competitor_prices.v1": CompetitorPrice(event_id=f"k{n}", occurred_at=when, product_id="boots", **rival),
        "promotions.v1": Promotion(event_id=f"p{n}", occurred_at=when, promotion_id=f"promo-{n}", **sale),
    }  # fmt: skip


@pytest.fixture
def enriched(tmp_path):
    """Appends, lands and builds; gives the rows of gold.orders_enriched."""
    log, lake = SqliteLog(tmp_path / "log"), Lake(tmp_path / "lake")

    def build(*records):
        for topic, record in records:
            log.append(topic, [record])
        LakeWorker(log, lake, LakeSettings(), topics=["orders.v1", *told(0, at("00:00"))]).run(
            lambda: False, until_caught_up=True
        )
        build_gold(lake, ["gold.orders_enriched"])
        return lake.arrow("gold.orders_enriched").to_pylist()

    yield build
    log.close()


def states(n, when, *, late_seconds=0.0):
    return [(topic, new_record(topic, event, late_seconds=late_seconds)) for topic, event in told(n, when).items()]


def an_order(when, *, late_seconds=0.0):
    one = order("o", when, "ann", {"boots": (2, 900)}, region="north")
    return "orders.v1", new_record("orders.v1", one, late_seconds=late_seconds)


def surroundings(row):
    return (
        row["list_price_cents"] - 1_000 if row["list_price_cents"] else None,
        row["on_hand"],
        row["temperature_celsius"],
        row["competitor_price_cents"],
        row["promotion_id"],
    )


def test_the_last_state_before_the_order_counts_and_one_at_the_same_instant_too(enriched):
    (row,) = enriched(*states(1, at("08:00")), *states(2, at("09:00")), *states(3, at("09:01")), an_order(at("09:00")))
    assert surroundings(row)[:4] == (2, 2, 2.0, 2)
    assert row["line_cents"] == 1_800


def test_a_state_that_was_received_after_the_order_was_not_known(enriched):
    an_hour = timedelta(hours=1).total_seconds()
    (row,) = enriched(*states(1, at("08:00")), *states(2, at("08:30"), late_seconds=an_hour), an_order(at("09:00")))
    assert surroundings(row) == (1, 1, 1.0, 1, "promo-1")


def test_an_order_that_came_late_knows_what_was_received_until_it_came(enriched):
    (row,) = enriched(
        *states(1, at("08:00")), *states(2, at("08:30"), late_seconds=3_600), an_order(at("09:00"), late_seconds=3_600)
    )
    assert surroundings(row)[:4] == (2, 2, 2.0, 2)


def test_a_state_that_reaches_the_lake_after_the_order_is_put_right_by_the_next_build(enriched):
    (before,) = enriched(an_order(at("09:00")))
    assert surroundings(before) == (None, None, None, None, None)
    (after,) = enriched(*states(1, at("08:00")))
    assert surroundings(after) == (1, 1, 1.0, 1, "promo-1")


def test_of_several_promotions_the_largest_discount_that_covers_the_line_counts(enriched):
    def promotion(name, ratio, **covers):
        times = {"starts_at": at("08:00"), "ends_at": at("10:00")} | covers
        one = Promotion(
            event_id=name, occurred_at=at("07:00"), promotion_id=name, name=name, discount_ratio=ratio, **times
        )
        return "promotions.v1", new_record("promotions.v1", one)

    boots = new_record("products.v1", product("boots", "shoes", 1_000))
    (row,) = enriched(
        ("products.v1", boots),
        promotion("shop", 0.1),
        promotion("shoes", 0.2, category="shoes"),
        promotion("lamps", 0.5, category="lamps"),
        promotion("over", 0.6, ends_at=at("09:00")),
        promotion("slippers", 0.7, product_id="slippers"),
        an_order(at("09:00")),
    )
    assert (row["promotion_id"], row["promotion_ratio"]) == ("shoes", 0.2)
