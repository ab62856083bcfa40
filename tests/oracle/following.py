"""Gold that follows one event to later ones: clicks to orders, what was shown to what came of it."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from tests.oracle.silver import Row

DAY = timedelta(days=1)


def clicks_attributed(silver: dict[str, list[Row]]) -> list[Row]:
    told: dict[str, list[Row]] = defaultdict(list)
    for campaign in silver.get("campaigns", []):
        if campaign["kind"] == "started":
            told[campaign["campaign_id"]].append(campaign)
    rows, touches = {}, defaultdict(list)
    for click in silver["clicks"]:
        known = [
            campaign
            for campaign in told[click.get("campaign_id", "")]
            if campaign["occurred_at"] <= click["occurred_at"] and campaign["received_at"] <= click["received_at"]
        ]
        campaign = max(known, key=lambda one: (one["occurred_at"], one["received_at"], one["event_id"]), default={})
        row = {
            "day": click["occurred_on"], "event_id": click["event_id"], "kind": click["kind"],
            "channel": _channel(click, campaign), "campaign_id": click.get("campaign_id"),
            "campaign_name": campaign.get("name"), "orders": 0, "revenue_cents": 0,
        }  # fmt: skip
        rows[row["day"], row["event_id"]] = row
        if row["channel"] != "direct":
            for who in {("visitor", click["visitor_id"]), ("customer", click.get("customer_id"))}:
                touches[who].append(click)
    for order in silver["orders"]:
        if order["kind"] == "placed":
            theirs = touches["visitor", order.get("visitor_id", "-")] + touches["customer", order["customer_id"]]
            before = [
                touch
                for touch in theirs
                if order["occurred_at"] - 7 * DAY < touch["occurred_at"] <= order["occurred_at"]
            ]
            if before:
                last = max(before, key=lambda one: (one["occurred_at"], one["event_id"]))
                row = rows[last["occurred_on"], last["event_id"]]
                row["orders"] += 1
                row["revenue_cents"] += order["total_cents"]
    return list(rows.values())


def _channel(click: Row, campaign: Row) -> str:
    """Only what the producer draws."""
    if "utm_medium" in click:
        return {"email": "email", "CPC": "paid", "pigeon": "other"}[click["utm_medium"]]
    if campaign:
        return {"email": "email", "social": "social", "search": "paid", "affiliate": "referral"}[campaign["channel"]]
    if "campaign_id" in click:
        return "other"
    host = click.get("referrer", "https://shop.example/").split("/")[2]
    return {"shop.example": "direct", "www.google.com": "search", "blog.example": "referral"}[host]


def decision_outcomes(silver: dict[str, list[Row]]) -> list[Row]:
    shown: dict[Any, list[Row]] = defaultdict(list)
    for seen in silver["impressions"]:
        if "decision_id" in seen:
            for product in set(seen["product_ids"]):
                shown[seen["occurred_on"], seen["decision_id"], product].append(seen)
    times: dict[Any, list[Any]] = defaultdict(list)
    for (_, *listing), impressions in shown.items():
        times[tuple(listing)] += [seen["occurred_at"] for seen in impressions]

    def last_shown(decision: Any, product: Any, event: Row, within: timedelta) -> Any:
        before = max((at for at in times[decision, product] if at <= event["occurred_at"]), default=None)
        return before.date() if before and event["occurred_at"] - before < within else None

    clicked: dict[Any, list[Any]] = defaultdict(list)
    for click in silver["clicks"]:
        listing = click.get("decision_id"), click.get("product_id")
        clicked[last_shown(*listing, click, DAY), *listing, click["kind"]].append(click["occurred_at"])
    bought: dict[Any, list[tuple[Row, Row]]] = defaultdict(list)
    for order in silver["orders"]:
        for line in order["lines"] if order["kind"] == "placed" else []:
            listing = line.get("decision_id", order.get("decision_id")), line["product_id"]
            bought[last_shown(*listing, order, 7 * DAY), *listing].append((order, line))
    rows = []
    for (day, decision, product), impressions in shown.items():
        first = min(impressions, key=lambda one: (one["occurred_at"], one["event_id"]))
        at, place = first["occurred_at"], first["product_ids"].index(product)
        looks, carts = (clicked[day, decision, product, kind] for kind in ("viewed", "cart_added"))
        sold = bought[day, decision, product]
        rows.append(
            {
                "day": day, "decision_id": decision, "product_id": product, "position": place,
                "visitor_id": first["visitor_id"], "impressions": len(impressions), "shown_at": at,
                "propensity": first["propensities"][place] if "propensities" in first else None,
                "clicked_at": min(looks, default=None), "carted_at": min(carts, default=None),
                "ordered_at": min((o["occurred_at"] for o, _ in sold), default=None), "ordered": bool(sold),
                "clicked": bool(looks), "units": sum(line["quantity"] for _, line in sold),
                "revenue_cents": sum(line["quantity"] * line["unit_price_cents"] for _, line in sold),
            }
        )  # fmt: skip
    return rows
