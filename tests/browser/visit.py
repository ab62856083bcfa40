"""One visitor's way through the shop, in the words of the shop."""

import json
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Request, Response, expect


class Visit:
    """A page open at the shop; keeps the events it sent, what the door answered, and errors on the page."""

    def __init__(self, page: Page, shop_url: str, screenshots: Path) -> None:
        self.page, self.shop_url, self.screenshots = page, shop_url.rstrip("/"), screenshots
        self.visitor_id = f"test-{uuid.uuid4()}"
        self.errors: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.asked: list[tuple[str, Any]] = []
        self.answered: list[tuple[int, dict[str, Any]]] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self._note_console(line.type, line.text))
        page.on("request", self._note_request)
        page.on("response", self._note_response)

    def begin(self) -> "Visit":
        self.page.goto(f"{self.shop_url}/?visitor={self.visitor_id}")
        expect(self.items).to_have_count(8)
        return self

    @property
    def items(self) -> Locator:
        return self.page.get_by_test_id("for-you-item")

    def for_you(self) -> tuple[str, list[str], list[str]]:
        """The decision, product ids and categories of the list, read in one moment."""
        decision_id, products, categories = self.page.evaluate(
            """() => {
              const items = [...document.querySelectorAll("[data-testid=for-you-item]")];
              const decision = document.querySelector("[data-testid=decision-id]").textContent;
              const told = (name) => items.map((item) => item.dataset[name]);
              return [decision, told("productId"), told("category")];
            }"""
        )
        return decision_id, products, categories

    def open_category(self, category: str) -> Locator:
        self.page.get_by_role("navigation", name="Categories").get_by_role(
            "link", name=category.capitalize(), exact=True
        ).click()
        cards = self.page.locator(f"main [data-testid=product-card][data-category='{category}']")
        expect(cards.first).to_be_visible()
        return cards.filter(has_not_text="Out of stock")

    def open_product(self, category: str, place: int = 0) -> str:
        """Browses to the product at `place` of those in stock; answers its id once its price stands there."""
        card = self.open_category(category).nth(place)
        product_id = card.get_attribute("data-product-id")
        card.get_by_role("link").click()
        expect(self.page.get_by_test_id("price-why")).to_be_visible()
        assert product_id is not None
        return product_id

    def get(self, path: str) -> Any:
        response = self.page.request.get(f"{self.shop_url}{path}")
        assert response.ok, f"{path} answered {response.status}"
        return response.json()

    def rarest_category(self) -> str:
        """The category with the fewest places on the list among those with enough to browse."""
        _, _, categories = self.for_you()
        shown = Counter(categories)
        there = [one for one in self.get("/v1/products?limit=1")["categories"] if one["count"] >= 6]
        return str(min(there, key=lambda one: (shown[one["name"]], one["name"]))["name"])

    def kinds(self, topic: str = "clicks.v1") -> list[str]:
        return [line["event"].get("kind", line["event"].get("surface")) for line in self.sent if line["topic"] == topic]

    def wait_for_sent(self, topic: str, kind: str, timeout_ms: int = 5_000) -> None:
        for _ in range(timeout_ms // 50):
            if kind in self.kinds(topic):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"no {kind} on {topic} within {timeout_ms} ms; sent: {self.kinds(topic)}")

    def picture(self, name: str) -> None:
        self.page.wait_for_timeout(500)  # let products glide to their places
        self.page.screenshot(path=self.screenshots / f"{name}.png")

    def _note_request(self, request: Request) -> None:
        path = request.url.removeprefix(self.shop_url)
        if request.method != "POST" or not path.startswith("/v1/"):
            return
        body = (request.post_data or "").strip()
        if path == "/v1/events":
            lines = [json.loads(line) for line in body.splitlines()]
            self.sent.extend(lines)
            self.asked.extend((line["topic"], line["event"]) for line in lines)
        else:
            self.asked.append((path, json.loads(body)))

    def _note_console(self, kind: str, text: str) -> None:
        # An answer's status is judged by `_note_response`, which knows whose it is.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.errors.append(text)

    def _note_response(self, response: Response) -> None:
        # 503 is the one error the API may answer with when the machine is slow: the page asks again.
        if response.status >= 400 and response.status != 503:
            self.errors.append(f"{response.status} from {response.url}")
        if response.url.endswith("/v1/events"):
            self.answered.append((response.status, response.json()))
