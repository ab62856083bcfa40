"""A browser, a visitor in it, and what every visit must not do: raise an error on the page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser.shop import open_shop
from tests.browser.visit import Visit

# The browser talks to the shop alone: none of its own services, no profile from before.
ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def screenshots(root: Path) -> Path:
    """Where pictures of the pages are kept, to be looked at."""
    folder = root / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop on a real stack, as small as one that turns its list can be."""
    with open_shop(tmp_path_factory.mktemp("shop")) as url:
        yield url


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=list(ALONE))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, shop_url: str, screenshots: Path) -> Iterator[Callable[..., Visit]]:
    """`visit()` opens the shop as a visitor it has never seen; keywords are those of a Playwright context."""
    visits: list[Visit] = []

    def open_shop(**context: Any) -> Visit:
        page: Page = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **context}).new_page()
        visits.append(Visit(page, shop_url, screenshots))
        return visits[-1].begin()

    yield open_shop
    errors = [error for one in visits for error in one.errors]
    for one in visits:
        one.page.context.close()
    assert errors == []
