"""The loop, closed once by hand: a visitor browses one category, and the list follows."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tillstream.core.errors import ServiceError
from tillstream.operations.demo.shop import Shop

K = 8
VIEWS = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """How the list of one visitor turned: of `K` products, those of `category` before and after."""

    visitor_id: str
    category: str
    before: int
    after: int
    milliseconds: float
    decision_id: str
    reason: str


def turn_the_list(shop: Shop, *, most_seconds: float = 6.0, wanted: int = 4) -> Turn:
    """Sends three views of one category and waits until the list shows `wanted` of it.

    Raises ServiceError when it does not within `most_seconds`, or when the record names other products than the list.
    """
    visitor_id = f"v-{uuid4().hex[:12]}"
    before = recommended(shop, visitor_id)
    category = least_shown(before["items"], [row["name"] for row in shop.get("/v1/products", limit=1)["categories"]])
    products = shop.get("/v1/products", category=category, limit=VIEWS)["items"]
    begun = time.monotonic()
    shop.send("clicks.v1", [view(visitor_id, product) for product in products])
    while True:
        after = recommended(shop, visitor_id)
        if count_of(after["items"], category) >= wanted:
            break
        if time.monotonic() - begun > most_seconds:
            raise ServiceError(
                f"the loop did not close: {VIEWS} views of {category}, and after {most_seconds:.0f} s the list "
                f"still shows {count_of(after['items'], category)} of {K} of it (mode {after['mode']})"
            )
        time.sleep(0.02)
    milliseconds = (time.monotonic() - begun) * 1_000
    check_record(shop, after)
    return Turn(
        visitor_id,
        category,
        count_of(before["items"], category),
        count_of(after["items"], category),
        round(milliseconds, 1),
        after["decision_id"],
        next(iter(after["reasons"]), ""),
    )


def recommended(shop: Shop, visitor_id: str) -> Any:
    """The visitor's list now."""
    return shop.post("/v1/recommendations", {"visitor_id": visitor_id, "k": K, "surface": "for_you"})


def count_of(items: Sequence[Mapping[str, Any]], category: str) -> int:
    """How many of them are of that category."""
    return sum(item["category"] == category for item in items)


def least_shown(items: Sequence[Mapping[str, Any]], categories: Sequence[str]) -> str:
    """The category that the list shows least, first by name among equals."""
    return min(sorted(categories), key=lambda category: count_of(items, category))


def view(visitor_id: str, product: Mapping[str, Any]) -> dict[str, Any]:
    """A page view, now."""
    return {
        "event_id": f"e-{uuid4().hex}",
        "occurred_at": datetime.now(UTC).isoformat(),
        "visitor_id": visitor_id,
        "kind": "viewed",
        "product_id": product["product_id"],
        "category": product["category"],
        "page": f"/products/{product['product_id']}",
    }


def check_record(shop: Shop, answer: Mapping[str, Any]) -> None:
    """The decision record names the products that were shown, in their order; else ServiceError."""
    record = shop.get(f"/v1/decisions/{answer['decision_id']}")
    shown, kept = [item["product_id"] for item in answer["items"]], answered_products(record)
    if shown != kept:
        raise ServiceError(f"decision {answer['decision_id']}: the page shows {shown}, its record {kept}")


def answered_products(record: Mapping[str, Any]) -> list[str]:
    """The products in a record's answer."""
    inner = record.get("record", record)
    return [item["product_id"] for item in inner["answer"]["items"]]
