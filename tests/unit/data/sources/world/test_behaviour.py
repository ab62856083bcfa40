"""What can be learned from a world, and that nothing can without its signal."""

import json
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.unit.data.sources.world.small import events_of

from tillstream.data.sources.world import Rows, World, WorldSettings
from tillstream.data.sources.world.catalogue import make_catalogue
from tillstream.data.sources.world.categories import CATEGORY_NAMES
from tillstream.data.sources.world.market import PRICE_STEP_CHANCES, PRICE_STEPS
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.revealing import reveal
from tillstream.data.sources.world.truth import read_truth, write_truth


@cache
def _world(*, signal: bool) -> tuple[World, dict[str, list[dict[str, Any]]]]:
    world = World(WorldSettings(customers=400, days=24, seed=3, signal=signal))
    rows = Rows.joined([day.rows for day in world.days()])
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for topic, _, _, value in events_of(rows):
        events[topic].append(json.loads(value))
    return world, events


def _slope_of_demand(world: World, events: dict[str, list[dict[str, Any]]]) -> tuple[float, float]:
    """Elasticity and its error: Poisson regression of carts on prices seen, with an effect of each product."""
    carted = {click.get("decision_id") for click in events["clicks.v1"] if click["kind"] == "cart_added"}
    shown = [event for event in events["impressions.v1"] if event["surface"] == "price"]
    place = {product: number for number, product in enumerate(world.catalogue.product_ids)}
    product = np.array([place[event["product_ids"][0]] for event in shown])
    price = np.array([event["prices_cents"][0] for event in shown])
    x = np.log(price / world.catalogue.list_cents[product])
    y = np.array([event["decision_id"] in carted for event in shown], dtype=float)
    slope, size = 0.0, world.catalogue.size
    for _ in range(12):
        force = np.exp(slope * x)
        effect = np.bincount(product, y, size) / np.maximum(np.bincount(product, force, size), 1e-9)
        mean = effect[product] * force
        centre = np.bincount(product, mean * x, size) / np.maximum(np.bincount(product, mean, size), 1e-9)
        away = x - centre[product]
        force_of_data = float((mean * away**2).sum())
        slope += float((y * away).sum()) / force_of_data
    return slope, force_of_data**-0.5


def test_there_are_at_least_fifteen_personas_and_their_shares_make_a_whole():
    assert len({persona.name for persona in PERSONAS}) >= 15
    assert sum(persona.share for persona in PERSONAS) == pytest.approx(1.0)
    assert {name for persona in PERSONAS for name in persona.tastes} <= set(CATEGORY_NAMES)


def test_the_catalogue_has_six_hundred_products_for_the_demo_and_grows_with_the_shop():
    demo = make_catalogue(1_200, 7)
    assert demo.size == 600
    assert len(set(demo.product_ids)) == len(set(demo.titles)) == 600
    assert (demo.cost_cents < demo.list_cents).all()
    assert make_catalogue(5_000, 7).size > 1_000


def test_a_list_shows_eight_different_products_each_with_its_chance():
    _, events = _world(signal=True)
    lists = [event for event in events["impressions.v1"] if event["surface"] == "for_you"]
    assert {len(set(event["product_ids"])) for event in lists} == {8}
    chances = np.array([event["propensities"] for event in lists])
    assert (chances > 0.001).all()
    assert (chances < 0.9).all()


def test_the_propensities_of_lists_are_the_frequencies_they_claim():
    """The sum of 1/p over places where a product stood counts its chances: on average one a list."""
    world, events = _world(signal=True)
    lists = [event for event in events["impressions.v1"] if event["surface"] == "for_you"]
    weights = defaultdict(float)
    for event in lists:
        for product, chance in zip(event["product_ids"], event["propensities"], strict=True):
            weights[product] += 1 / chance
    # Each product is dealt to one place a day, so each list gives it the chance p once: E[1/p shown] = 1.
    assert np.mean([weights[product] for product in world.catalogue.product_ids]) == pytest.approx(len(lists), rel=0.03)


def test_prices_move_in_logged_steps_around_the_list_price():
    world, events = _world(signal=True)
    list_cents = dict(zip(world.catalogue.product_ids, world.catalogue.list_cents.tolist(), strict=True))
    shown = [event for event in events["impressions.v1"] if event["surface"] == "price"]
    ratios = np.array([event["prices_cents"][0] / list_cents[event["product_ids"][0]] for event in shown])
    assert ratios.max() < PRICE_STEPS[-1] + 0.01
    assert {event["propensities"][0] for event in shown} == set(PRICE_STEP_CHANCES.tolist())


def test_dearer_products_sell_less_by_the_elasticity_that_the_truth_knows():
    world, events = _world(signal=True)
    slope, error = _slope_of_demand(world, events)
    assert slope < -5 * error
    assert slope == pytest.approx(-world.catalogue.elasticity.mean(), abs=3 * error)


def test_without_signal_a_price_moves_nobody():
    slope, error = _slope_of_demand(*_world(signal=False))
    assert slope == pytest.approx(0.0, abs=3 * error)


def _next_is_neighbour_ratio(world: World, events: dict[str, list[dict[str, Any]]]) -> float:
    """How often the product looked at next is one of the hidden neighbours of the last one."""
    related = {
        world.catalogue.product_ids[product]: {world.catalogue.product_ids[other] for other in others}
        for product, others in enumerate(world.catalogue.related)
    }
    last: dict[str, str] = {}
    hits = []
    for click in sorted(events["clicks.v1"], key=lambda click: click["occurred_at"]):
        if click["kind"] == "viewed":
            if click["visitor_id"] in last:
                hits.append(click["product_id"] in related[last[click["visitor_id"]]])
            last[click["visitor_id"]] = click["product_id"]
    return float(np.mean(hits))


def test_people_go_from_a_product_to_its_neighbours_and_blindly_without_signal():
    assert _next_is_neighbour_ratio(*_world(signal=True)) > 0.4
    assert _next_is_neighbour_ratio(*_world(signal=False)) < 0.07


def test_every_pattern_of_fraud_happens_and_most_of_it_is_charged_back_weeks_later():
    world, events = _world(signal=True)
    truth = {fraud.payment_id: fraud for fraud in reveal(world).frauds}
    patterns = {"card_testing", "stolen_card", "account_takeover", "fresh_account", "travelling_card", "ring"}
    assert set(Counter(fraud.pattern for fraud in truth.values())) == patterns | {"friendly_fraud"}
    back = [payment for payment in events["payments.v1"] if payment["kind"] == "charged_back"]
    assert back
    assert {payment["payment_id"] for payment in back} <= set(truth)
    paid = {payment["payment_id"]: payment for payment in events["payments.v1"] if payment["kind"] == "authorized"}
    waits = [
        np.datetime64(p["occurred_at"][:-1]) - np.datetime64(paid[p["payment_id"]]["occurred_at"][:-1]) for p in back
    ]
    assert min(waits) >= np.timedelta64(3, "D")


def test_a_ring_shares_devices_and_cards_among_accounts():
    world, events = _world(signal=True)
    ring = {fraud.payment_id for fraud in reveal(world).frauds if fraud.pattern == "ring"}
    payments = [payment for payment in events["payments.v1"] if payment["payment_id"] in ring]
    customers = {payment["customer_id"] for payment in payments}
    assert len(customers) > len({payment["device_id"] for payment in payments})
    assert len(customers) > len({payment["card_id"] for payment in payments})


def test_a_taken_account_shows_failed_log_ins_then_a_new_password():
    world, events = _world(signal=True)
    taken = {fraud.payment_id for fraud in reveal(world).frauds if fraud.pattern == "account_takeover"}
    payment = next(event for event in events["payments.v1"] if event["payment_id"] in taken)
    steps = [event["kind"] for event in events["accounts.v1"] if event.get("device_id") == payment["device_id"]]
    assert steps[:3] == ["login_failed"] * 3
    assert steps[-3:] == ["logged_in", "password_changed", "address_changed"]


def test_without_signal_chargebacks_fall_on_anyone_and_nobody_leaves():
    world, _ = _world(signal=False)
    truth = reveal(world)
    assert {fraud.pattern for fraud in truth.frauds} == {"pure_chance"}
    assert all(customer.left_at is None for customer in truth.customers)
    assert {product.elasticity for product in truth.products} == {0.0}


def test_who_has_left_fades_out_and_does_not_come_back():
    world, events = _world(signal=True)
    gone = {
        customer.customer_id: customer.left_at
        for customer in reveal(world).customers
        if customer.left_at and customer.left_at.timestamp() * 1e6 < world.settings.day_us(10)
    }
    assert len(gone) > 10
    assert {customer.cause for customer in reveal(world).customers} >= {"bad_delivery", "out_of_stock", "life", None}
    late_visits = {
        click["customer_id"]
        for click in events["clicks.v1"]
        if click.get("customer_id") in gone and click["occurred_at"] > "2026-09-30" and click["kind"] == "viewed"
    }
    assert len(late_visits) <= 0.1 * len(gone)  # a thief on a taken account may still click


def test_the_truth_is_read_as_it_was_written(tmp_path):
    truth = reveal(_world(signal=True)[0])
    write_truth(truth, tmp_path)
    assert read_truth(tmp_path) == truth
