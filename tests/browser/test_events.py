"""What the page tells the shop: each thing the visitor did, once, in a form the door takes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # the first test waits for the shop to open


def test_the_door_takes_every_event_of_a_visit(visit: Callable[..., Visit]) -> None:
    shop = visit()
    category = shop.rarest_category()
    shop.wait_for_sent("impressions.v1", "for_you")
    cards = shop.open_category(category)
    cards.nth(1).hover()
    shop.page.wait_for_timeout(600)
    cards.nth(0).hover()
    shop.wait_for_sent("clicks.v1", "hovered")
    shop.page.mouse.wheel(0, 5_000)
    shop.wait_for_sent("clicks.v1", "scrolled")
    shop.page.get_by_test_id("search-box").fill(category)
    shop.wait_for_sent("clicks.v1", "searched")
    shop.open_product(category)
    shop.wait_for_sent("impressions.v1", "price")
    shop.page.get_by_test_id("add-to-cart").click()
    shop.wait_for_sent("clicks.v1", "cart_added")
    shop.page.wait_for_timeout(500)

    assert {status for status, _ in shop.answered} == {202}
    assert [body["rejected"] for _, body in shop.answered if body["rejected"]] == []
    assert sum(body["accepted"] for _, body in shop.answered) == len(shop.sent)
    ids = [line["event"]["event_id"] for line in shop.sent]
    assert len(set(ids)) == len(ids)
    assert {line["event"]["visitor_id"] for line in shop.sent} == {shop.visitor_id}


def test_a_click_on_the_list_names_the_decision_that_put_it_there(visit: Callable[..., Visit]) -> None:
    shop = visit()
    decision_id, products, _ = shop.for_you()

    shop.items.nth(2).get_by_role("link").click()
    shop.wait_for_sent("clicks.v1", "viewed")

    event = next(line["event"] for line in shop.sent if line["event"].get("kind") == "viewed")
    assert (event["product_id"], event["position"], event["decision_id"]) == (products[2], 2, decision_id)


def test_a_product_page_loaded_again_is_a_refresh_and_not_a_view(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.open_product(shop.rarest_category())
    shop.wait_for_sent("clicks.v1", "viewed")

    shop.page.reload()
    shop.wait_for_sent("clicks.v1", "refreshed")

    assert shop.kinds().count("viewed") == 1


def test_events_leave_with_the_page(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.open_product(shop.rarest_category())
    expect(shop.page.get_by_test_id("add-to-cart")).to_be_enabled()

    # Both in one task, so that the batch's own delay has no time to pass.
    shop.page.evaluate(
        "() => { document.querySelector('[data-testid=add-to-cart]').click(); location.href = 'about:blank'; }"
    )

    # The browser shows no request of a page that is gone: what the shop knows of the visitor tells.
    for _ in range(60):
        features = shop.get(f"/v1/visitors/{shop.visitor_id}/features")["features"]
        if features["visitor__carts_1h"] == 1:
            return
        shop.page.wait_for_timeout(100)
    raise AssertionError(f"the last event never arrived: {features}")


def test_a_visitor_stays_the_same_on_the_next_visit(visit: Callable[..., Visit]) -> None:
    shop = visit()
    kept = shop.page.evaluate("() => JSON.parse(localStorage.getItem('visitor_id'))")

    shop.page.goto(shop.shop_url)
    shop.items.first.wait_for()

    assert kept == shop.visitor_id
    assert shop.page.evaluate("() => JSON.parse(localStorage.getItem('visitor_id'))") == kept
