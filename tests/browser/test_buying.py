"""From search to payment: a price with its why, and a fraud decision before the payment."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # the first test waits for the shop to open


def test_search_finds_what_is_typed_and_follows_the_address(visit: Callable[..., Visit]) -> None:
    shop = visit()
    product = shop.get("/v1/products?limit=1")["items"][0]

    shop.page.get_by_test_id("search-box").fill(product["title"])

    found = shop.page.locator(f"main [data-testid=product-card][data-product-id='{product['product_id']}']")
    expect(found).to_be_visible()
    shop.picture("search")
    shop.page.reload()
    expect(found).to_be_visible()


def test_a_word_half_typed_calls_nobody_back_from_another_page(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.page.get_by_test_id("search-box").fill("lamp")

    shop.page.get_by_role("link", name="Cart").click()

    shop.page.wait_for_timeout(600)
    expect(shop.page.get_by_role("heading", level=1)).to_have_text("Your cart")


def test_a_product_page_shows_the_decided_price_and_why(visit: Callable[..., Visit]) -> None:
    shop = visit()
    with shop.page.expect_response("**/v1/price") as answered:
        shop.open_product(shop.rarest_category())
    decided = answered.value.json()

    assert shop.page.get_by_test_id("price").get_attribute("data-cents") == str(decided["price_cents"])
    for reason in decided["reasons"]:
        expect(shop.page.get_by_test_id("price-why")).to_contain_text(reason)
    shop.picture("product")


def test_the_fraud_decision_comes_before_the_payment_that_names_it(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.open_product(shop.rarest_category())
    shop.page.get_by_test_id("add-to-cart").click()
    shop.page.get_by_role("link", name="Open it").click()
    shop.picture("cart")
    shop.page.get_by_test_id("checkout").click()
    shop.page.get_by_role("button", name="Continue").click()
    shop.picture("checkout")
    with shop.page.expect_response("**/v1/fraud") as answered:
        shop.page.get_by_test_id("pay").click()
    decided = answered.value.json()
    outcome = shop.page.get_by_test_id("fraud-answer")
    expect(outcome).to_have_attribute("data-action", decided["action"])
    shop.picture("paid")
    shop.wait_for_sent("payments.v1", "declined" if decided["action"] == "decline" else "authorized")

    said = [what for what, _ in shop.asked]
    assert said.index("/v1/fraud") < said.index("payments.v1")
    asked = next(body for what, body in shop.asked if what == "/v1/fraud")
    payment = next(body for what, body in shop.asked if what == "payments.v1")
    assert payment["decision_id"] == decided["decision_id"]
    assert payment["payment_id"] == asked["payment_id"] == decided["payment_id"]
    assert payment["amount_cents"] == asked["amount_cents"]
    steps = [kind for kind in shop.kinds() if kind.startswith(("checkout", "shipping", "payment"))]
    assert steps == ["checkout_started", "shipping_entered", "payment_entered"]
    assert shop.kinds("orders.v1")[0] == "placed"
    shop.page.wait_for_timeout(500)
    assert [body["rejected"] for _, body in shop.answered if body["rejected"]] == []


def test_a_checkout_left_before_payment_is_abandoned(visit: Callable[..., Visit]) -> None:
    shop = visit()
    shop.open_product(shop.rarest_category())
    shop.page.get_by_test_id("add-to-cart").click()
    shop.page.get_by_role("link", name="Open it").click()
    shop.page.get_by_test_id("checkout").click()
    shop.wait_for_sent("clicks.v1", "checkout_started")

    shop.page.get_by_role("link", name="Tillstream").click()

    shop.wait_for_sent("clicks.v1", "checkout_abandoned")
    assert "payments.v1" not in [line["topic"] for line in shop.sent]
