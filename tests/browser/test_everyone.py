"""The shop is for everyone: keyboard, screen reader, phone, dark rooms."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # the first test waits for the shop to open

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
GRAVE = ("serious", "critical")


def pages_of(shop: Visit) -> Iterator[str]:
    """Walks the shop, stopping at each kind of page."""
    yield "home"
    category = shop.rarest_category()
    shop.page.goto(f"{shop.shop_url}/#/categories/{category}")
    expect(shop.page.get_by_test_id("product-card").first).to_be_visible()
    yield "category"
    shop.page.get_by_test_id("product-card").filter(has_not_text="Out of stock").first.get_by_role("link").click()
    expect(shop.page.get_by_test_id("price-why")).to_be_visible()
    yield "product"
    shop.page.get_by_test_id("add-to-cart").click()
    shop.page.get_by_test_id("search-box").fill(category)
    expect(shop.page.get_by_role("heading", level=1)).to_contain_text(category)
    yield "search"
    shop.page.get_by_role("link", name="Cart").click()
    expect(shop.page.get_by_test_id("checkout")).to_be_visible()
    yield "cart"
    shop.page.get_by_test_id("checkout").click()
    shop.page.get_by_role("button", name="Continue").click()
    yield "checkout"
    shop.page.get_by_test_id("pay").click()
    expect(shop.page.get_by_test_id("fraud-answer")).to_be_visible()
    yield "paid"


def faults(shop: Visit, axe: str) -> list[dict[str, Any]]:
    shop.page.evaluate(axe)
    found = shop.page.evaluate("async () => (await axe.run()).violations")
    return [
        {"rule": one["id"], "where": [node["target"] for node in one["nodes"]]}
        for one in found
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_grave_fault_on_any_page(visit: Callable[..., Visit], root: Path, scheme: str) -> None:
    axe = (root / "storefront" / "node_modules" / "axe-core" / "axe.min.js").read_text()
    shop = visit(color_scheme=scheme, reduced_motion="reduce")  # colours are judged at rest

    assert {page: found for page in pages_of(shop) if (found := faults(shop, axe))} == {}


def test_a_phone_never_scrolls_sideways(visit: Callable[..., Visit]) -> None:
    shop = visit(**PHONE)
    for page in pages_of(shop):
        width = shop.page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 390, f"{page} is {width} px wide"
        shop.picture(f"phone-{page}")


def test_the_live_panel_of_a_phone_opens_from_below(visit: Callable[..., Visit]) -> None:
    shop = visit(**PHONE)
    toggle = shop.page.get_by_test_id("live-panel").get_by_role("button", name="Live")
    expect(shop.page.get_by_role("region", name="Live details")).to_be_hidden()

    toggle.tap()

    expect(shop.page.get_by_role("region", name="Live details")).to_be_visible()
    shop.picture("phone-live")


def test_a_dark_room_gets_a_dark_page(visit: Callable[..., Visit]) -> None:
    light, dark = (
        visit(color_scheme=scheme).page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    )

    assert brightness(light) > 200
    assert brightness(dark) < 60
    visit(color_scheme="dark").picture("dark-home")


def brightness(colour: str) -> float:
    parts = [float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    return sum(parts) / 3


def test_the_keyboard_alone_reaches_a_product_and_the_cart(visit: Callable[..., Visit]) -> None:
    shop = visit()
    keys = shop.page.keyboard
    keys.press("Tab")
    expect(shop.page.get_by_role("button", name="Skip to the content")).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    expect(shop.items.first.get_by_role("link")).to_be_focused()

    keys.press("Enter")
    heading = shop.page.get_by_role("heading", level=1)
    expect(shop.page.get_by_test_id("price-why")).to_be_visible()
    expect(heading).to_be_focused()
    shop.page.get_by_test_id("add-to-cart").press("Enter")

    expect(shop.page.get_by_role("status").filter(has_text="In your cart")).to_be_visible()
