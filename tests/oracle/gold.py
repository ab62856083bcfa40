"""Gold from silver rows, by plain loops."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.oracle.following import clicks_attributed, decision_outcomes
from tests.oracle.silver import Difference, Row

BACK = ("cancelled", "refunded")


def expected_gold(silver: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Every gold table's rows, in no order; no bot is in any of them."""
    silver = {**silver, "clicks": [click for click in silver["clicks"] if not click["is_bot"]]}
    return {
        "clicks_attributed": clicks_attributed(silver),
        "decision_outcomes": decision_outcomes(silver),
        "orders_enriched": orders_enriched(silver),
        "product_daily": product_daily(silver),
        "customer_daily": customer_daily(silver),
        "sales_daily": sales_daily(silver["orders"]),
        "funnel_daily": funnel_daily(silver),
    }


def product_daily(silver: dict[str, list[Row]]) -> list[Row]:
    rows: dict[Any, Row] = defaultdict(lambda: defaultdict(int))
    viewers: dict[Any, set[str]] = defaultdict(set)
    columns = {"viewed": "views", "hovered": "hovers", "cart_added": "cart_adds", "cart_removed": "cart_removals"}
    for click in silver["clicks"]:
        if "product_id" in click:
            key = click["occurred_on"], click["product_id"]
            rows[key][columns.get(click["kind"], "ignored")] += 1
            if click["kind"] == "viewed":
                viewers[key].add(click["visitor_id"])
    for seen in silver["impressions"]:
        for product in seen["product_ids"]:
            rows[seen["occurred_on"], product]["impressions"] += 1
    for order in silver["orders"]:
        for product in {line["product_id"] for line in order["lines"]}:
            rows[order["occurred_on"], product]["orders"] += order["kind"] == "placed"
        for line in order["lines"]:
            row, cents = rows[order["occurred_on"], line["product_id"]], line["quantity"] * line["unit_price_cents"]
            if order["kind"] == "placed":
                row["units"] += line["quantity"]
                row["revenue_cents"] += cents
            elif order["kind"] in BACK:
                row["units_back"] += line["quantity"]
                row["back_cents"] += cents
    return [{"day": d, "product_id": p, "viewers": len(viewers[d, p]), **row} for (d, p), row in rows.items()]


def customer_daily(silver: dict[str, list[Row]]) -> list[Row]:
    rows: dict[Any, Row] = defaultdict(lambda: defaultdict(int))

    def of(event: Row) -> Row:
        return rows[event["occurred_on"], event["customer_id"]]

    for click in silver["clicks"]:
        if "customer_id" in click:
            of(click)["clicks"] += 1
            of(click)["views"] += click["kind"] == "viewed"
            of(click)["searches"] += click["kind"] == "searched"
            of(click)["cart_adds"] += click["kind"] == "cart_added"
    for order in silver["orders"]:
        row = of(order)
        if order["kind"] == "placed":
            row["orders"] += 1
            row["units"] += sum(line["quantity"] for line in order["lines"])
            row["spent_cents"] += order["total_cents"]
        elif order["kind"] in BACK:
            row["back_cents"] += order["total_cents"]
    for payment in silver["payments"]:
        row = of(payment)
        row["payments"] += payment["kind"] == "authorized"
        row["declines"] += payment["kind"] == "declined"
        row["chargebacks"] += payment["kind"] == "charged_back"
    for account in silver["accounts"]:
        of(account)["failed_logins"] += account["kind"] == "login_failed"
    return [{"day": day, "customer_id": customer, **row} for (day, customer), row in rows.items()]


def sales_daily(orders: Iterable[Row]) -> list[Row]:
    rows: dict[Any, Row] = defaultdict(lambda: defaultdict(int))
    buyers: dict[Any, set[str]] = defaultdict(set)
    for order in orders:
        key = order["occurred_on"], order["currency"], order.get("region", "unknown")
        row = rows[key]
        if order["kind"] == "placed":
            buyers[key].add(order["customer_id"])
            row["orders"] += 1
            row["units"] += sum(line["quantity"] for line in order["lines"])
            row["revenue_cents"] += order["total_cents"]
            row["discount_cents"] += order["discount_cents"]
        elif order["kind"] in BACK:
            row["orders_back"] += 1
            row["back_cents"] += order["total_cents"]
    return [
        {"day": key[0], "currency": key[1], "region": key[2], "buyers": len(buyers[key]), **row}
        for key, row in rows.items()
    ]


def funnel_daily(silver: dict[str, list[Row]]) -> list[Row]:
    did: dict[Any, set[str]] = defaultdict(set)
    devices: dict[Any, tuple[Any, str]] = {}
    for click in silver["clicks"]:
        key = click["occurred_on"], click["visitor_id"]
        did[key].add(click["kind"])
        if "device_type" in click:
            used = (click["occurred_at"], click["event_id"]), click["device_type"]
            devices[key] = min(devices.get(key, used), used)
    for order in silver["orders"]:
        if order["kind"] == "placed" and "visitor_id" in order:
            did[order["occurred_on"], order["visitor_id"]].add("ordered")
    rows: dict[Any, Row] = defaultdict(lambda: defaultdict(int))
    steps = {"viewed": "viewed", "added": "cart_added", "started_checkout": "checkout_started"}
    steps |= {"entered_payment": "payment_entered", "ordered": "ordered"}
    for key, kinds in did.items():
        row = rows[key[0], devices[key][1] if key in devices else "unknown"]
        row["visitors"] += 1
        for column, kind in steps.items():
            row[column] += kind in kinds
    return [{"day": day, "device_type": device, **row} for (day, device), row in rows.items()]


def orders_enriched(silver: dict[str, list[Row]]) -> list[Row]:
    products, weather, prices, stock = (
        _by(silver[entity], column)
        for entity, column in (
            ("products", "product_id"), ("weather", "region"),
            ("competitor_prices", "product_id"), ("stock", "product_id"),
        )
    )  # fmt: skip
    rows = []
    for order in silver["orders"]:
        for line in order["lines"]:
            product = _last_told(products[line["product_id"]], order)
            sky = _last_told(weather[order.get("region")], order)
            price = _last_told(prices[line["product_id"]], order)
            on_hand = _last_told(stock[line["product_id"]], order)
            promotion = _promotion(silver["promotions"], order, line["product_id"], product.get("category"))
            rows.append(
                {
                    "day": order["occurred_on"], "event_id": order["event_id"], "product_id": line["product_id"],
                    "quantity": line["quantity"], "line_cents": line["quantity"] * line["unit_price_cents"],
                    "category": product.get("category"), "brand": product.get("brand"),
                    "list_price_cents": product.get("price_cents"), "cost_cents": product.get("cost_cents"),
                    "temperature_celsius": sky.get("temperature_celsius"), "weather": sky.get("condition"),
                    "promotion_id": promotion.get("promotion_id"), "promotion_ratio": promotion.get("discount_ratio"),
                    "competitor_id": price.get("competitor_id"), "competitor_price_cents": price.get("price_cents"),
                    "on_hand": on_hand.get("on_hand"),
                }
            )  # fmt: skip
    return rows


def _by(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _known(states: Iterable[Row], order: Row) -> list[Row]:
    return [
        state
        for state in states
        if state["occurred_at"] <= order["occurred_at"] and state["received_at"] <= order["received_at"]
    ]


def _age(state: Row) -> Any:
    return state["occurred_at"], state["received_at"], state["event_id"]


def _last_told(states: Iterable[Row], order: Row) -> Row:
    return max(_known(states, order), key=_age, default={})


def _promotion(promotions: Iterable[Row], order: Row, product_id: str, category: str | None) -> Row:
    latest: dict[str, Row] = {}
    for one in sorted(_known(promotions, order), key=_age):
        latest[one["promotion_id"]] = one
    running = [
        one
        for one in latest.values()
        if one["starts_at"] <= order["occurred_at"] < one["ends_at"]
        and one.get("product_id", product_id) == product_id
        and one.get("category", category) == category
    ]
    return min(running, key=lambda one: (-one["discount_ratio"], one["promotion_id"]), default={})


def differences_of_gold(found: dict[str, list[Row]], silver: dict[str, list[Row]]) -> list[Difference]:
    """Rows of gold that differ; columns the oracle leaves out of a daily row count as 0."""
    wrong: list[Difference] = []
    keys = {
        "orders_enriched": ("event_id", "day", "product_id"), "product_daily": ("day", "product_id"),
        "customer_daily": ("day", "customer_id"), "sales_daily": ("day", "currency", "region"),
        "funnel_daily": ("day", "device_type"), "clicks_attributed": ("day", "event_id"),
        "decision_outcomes": ("day", "decision_id", "product_id"),
    }  # fmt: skip
    for name, rows in expected_gold(silver).items():
        key = keys[name]
        expected = {tuple(row[part] for part in key): row for row in rows}
        there = {tuple(row[part] for part in key): row for row in found[name]}
        if len(there) != len(found[name]):
            wrong.append(Difference("doubled", f"{name}: {len(found[name]) - len(there)} rows"))
        wrong += [Difference("lost", f"{name}: {one}") for one in expected.keys() - there.keys()]
        wrong += [Difference("wrong", f"{name}: {one} from nowhere") for one in there.keys() - expected.keys()]
        for one in expected.keys() & there.keys():
            columns = there[one].keys() if name.endswith("_daily") else expected[one].keys()
            wrong += [
                Difference(
                    "wrong", f"{name}: {one} {column} is {there[one][column]}, not {expected[one].get(column, 0)}"
                )
                for column in columns
                if there[one][column] != expected[one].get(column, 0)
            ]
    return wrong
