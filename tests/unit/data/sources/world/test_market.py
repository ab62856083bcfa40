"""What surrounds the shop matters: each cause moves demand the way it should."""

import numpy as np
import pytest

from tillstream.data.sources.world import WorldSettings
from tillstream.data.sources.world.catalogue import Catalogue, make_catalogue
from tillstream.data.sources.world.categories import CATEGORIES, CATEGORY_NAMES
from tillstream.data.sources.world.loyalty import BAD_DELIVERY, STAYS, Loyalty
from tillstream.data.sources.world.market import PRICE_STEPS, Campaign, Market, demand_on, promotions_on
from tillstream.data.sources.world.population import make_population
from tillstream.data.sources.world.reactions import cart_chances
from tillstream.data.sources.world.settings import HOUR_US
from tillstream.data.sources.world.stockroom import Stockroom
from tillstream.data.sources.world.visits import send_campaign, visits_of

SETTINGS = WorldSettings(customers=400, days=20, seed=5)
JACKETS = CATEGORY_NAMES.index("jackets")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(SETTINGS.customers, SETTINGS.seed)


def _cart_chance(
    catalogue: Catalogue, *, price_ratio: float = 1.0, competitor_ratio: float = 1.0, in_stock: bool = True
) -> float:
    product = np.array([0])
    price = np.round(catalogue.list_cents[product] * price_ratio).astype(np.int64)
    chance = cart_chances(
        catalogue, product, np.array([0]), np.zeros((1, 4)), np.array([1.0]), price, np.array([competitor_ratio]),
        np.array([in_stock]),
    )  # fmt: skip
    return float(chance[0])


def test_demand_falls_with_price_by_the_products_elasticity(catalogue: Catalogue):
    ratio = _cart_chance(catalogue, price_ratio=1.1) / _cart_chance(catalogue)
    assert ratio == pytest.approx(1.1 ** -catalogue.elasticity[0], rel=0.002)


def test_demand_rises_where_the_competitor_is_dearer(catalogue: Catalogue):
    assert _cart_chance(catalogue, competitor_ratio=1.2) > 1.2 * _cart_chance(catalogue)


def test_nothing_that_is_sold_out_goes_into_a_cart(catalogue: Catalogue):
    assert _cart_chance(catalogue, in_stock=False) == 0.0


def test_a_cold_day_sells_jackets_and_december_sells_toys():
    market = Market(SETTINGS, make_catalogue(400, 5)).day(0)
    dry = np.zeros(len(market.celsius))
    june, december = np.datetime64("2026-06-15").item(), np.datetime64("2026-12-15").item()
    toys = CATEGORY_NAMES.index("toys")
    cold, warm = (demand_on(june, np.full(len(dry), degrees), dry)[0] for degrees in (-5.0, 25.0))
    assert cold[JACKETS] > 2 * warm[JACKETS]
    assert (
        demand_on(december, np.full(len(dry), 10.0), dry)[0][toys]
        > 1.5 * demand_on(june, np.full(len(dry), 10.0), dry)[0][toys]
    )


def test_months_of_a_category_are_one_on_average():
    for category in CATEGORIES:
        assert np.mean(category.months) == pytest.approx(1.0, abs=0.05), category.name


def test_the_price_of_a_day_is_a_step_on_the_promoted_list_price(catalogue: Catalogue):
    market = Market(SETTINGS, catalogue).day(0)
    expected = catalogue.list_cents * (1 - market.discount) * PRICE_STEPS[market.step]
    assert np.abs(market.price_cents - expected).max() <= 1
    assert 0 < (market.discount > 0).mean() < 0.5


def test_a_promotion_runs_on_its_days_only(catalogue: Catalogue):
    for promotion in promotions_on(SETTINGS, catalogue, 5):
        assert promotion.first <= 5 < promotion.last
        assert promotion not in promotions_on(SETTINGS, catalogue, promotion.last)


def test_a_campaign_brings_visits_that_carry_it_and_look_at_its_category(catalogue: Catalogue):
    population, random = make_population(SETTINGS), np.random.default_rng(1)
    mailing = send_campaign(Campaign(3, JACKETS, 2), np.ones(400, dtype=bool), random)
    visits = visits_of(
        SETTINGS.day_us(19), population, catalogue, Market(SETTINGS, catalogue).day(0), np.ones(400), mailing, random
    )
    brought = visits.campaign == 3
    assert 0 < brought.sum() <= len(mailing.clicked) < len(mailing.opened) < len(mailing.mailed)
    assert set(visits.intent[brought]) == {JACKETS}


def test_evenings_are_busier_than_nights(catalogue: Catalogue):
    population, market = make_population(SETTINGS), Market(SETTINGS, catalogue).day(0)
    visits = visits_of(SETTINGS.day_us(19), population, catalogue, market, np.ones(400), None, np.random.default_rng(1))
    hours = (visits.start_us - SETTINGS.day_us(19)) // HOUR_US
    assert ((hours >= 18) & (hours < 22)).sum() > 4 * ((hours >= 2) & (hours < 6)).sum()


def test_stock_falls_with_sales_and_is_filled_up_some_days_later():
    room = Stockroom(seed=1, products=10, daily_units=20)
    before = room.on_hand.copy()
    sold = np.zeros(10, dtype=np.int64)
    sold[3] = before[3] + 5
    (change,) = room.close_day(0, sold)
    assert (change.product, change.on_hand, change.change) == (3, 0, -before[3])
    assert not room.in_stock[3]
    arrivals = [arrived for day in range(1, 11) for arrived in room.open_day(day)]
    assert [arrived.product for arrived in arrivals] == [3]
    assert room.in_stock[3]


def test_bad_deliveries_drive_people_away_and_the_cause_is_known():
    settings = WorldSettings(customers=1_000, days=20, seed=5)
    registered = np.ones(1_000, dtype=bool)
    loyalty = Loyalty(make_population(settings), settings.seed, signal=True)
    for day in range(10):
        for customer in range(500):
            loyalty.hurt_later(day, customer, BAD_DELIVERY, 0.5)
        loyalty.end_day(day, registered)
    left = loyalty.left_day != STAYS
    assert left[:500].mean() > 0.7
    assert left[500:].mean() < 0.1
    assert (loyalty.cause[:500][left[:500]] == BAD_DELIVERY).mean() > 0.9
    assert loyalty.energy(40, registered)[left].max() == 0.0
