"""Decisions asked of a running shop, so that a tape has some to replay."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import httpx

PER_ASK = ("recommendations", "price", "fraud", "churn")


def ask(url: str, count: int, visitors: list[str], customers: list[str], seed: int) -> int:
    """Asks `count` decisions, the four kinds in turn; how many were answered."""
    chance = random.Random(seed)
    answered = 0
    with httpx.Client(base_url=url, timeout=10.0) as shop:
        products = [item["product_id"] for item in shop.get("/v1/products", params={"limit": 100}).json()["items"]]
        kinds = PER_ASK if products else ("fraud", "churn")
        for kind, number in zip(itertools.cycle(kinds), range(count), strict=False):
            body = _body(kind, number, chance.choice(visitors), chance.choice(customers), products, chance)
            answered += int(shop.post(f"/v1/{kind}", json=body).status_code == 200)
    return answered


def _body(
    kind: str, number: int, visitor: str, customer: str, products: list[str], chance: random.Random
) -> dict[str, Any]:
    who = {"visitor_id": visitor, "customer_id": customer}
    if kind == "recommendations":
        return {**who, "k": 8}
    if kind == "price":
        return {**who, "product_id": chance.choice(products)}
    if kind == "churn":
        return {"customer_id": customer}
    return {
        **who, "payment_id": f"conformance-{number}", "amount_cents": chance.randrange(500, 90_000), "currency": "EUR",
    }  # fmt: skip


def distinct(values: Iterator[str | None], most: int) -> list[str]:
    """The first `most` different values, nulls left out."""
    found: dict[str, None] = {}
    for value in values:
        if value is not None:
            found[value] = None
            if len(found) == most:
                break
    return list(found)
