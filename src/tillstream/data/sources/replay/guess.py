"""A first mapping for a file nobody described: names and types of columns, nothing more clever."""

import re
from collections.abc import Mapping as Dict

import polars as pl

from tillstream.core.errors import MappingError
from tillstream.data.sources.replay.reading import LINE

# Roles in this order, patterns from the surest down: the first column that fits is taken.
_PATTERNS: Dict[str, tuple[str, ...]] = {
    "time": (r"time|date|_dt$|^dt|_at$|^ts$|timestamp", r""),
    "customer": (r"customer|user|client|member|account|visitor|^who$",),
    "session": (r"session",),
    "product": (r"product_?id|item_?id|sku", r"product|item|article"),
    "order": (r"order|invoice|basket|receipt",),
    "payment": (r"transaction|payment|tx_?id|trx|^tx$",),
    "terminal": (r"terminal|merchant|store",),
    "card": (r"card|pan$",),
    "price": (r"price", r"total|value|sales", r"amount"),
    "quantity": (r"quantity|qty|units|pieces", r"amount|count"),
    "category": (r"category", r"class|department", r"group"),
    "fraud": (r"fraud$|chargeback|label", r"fraud"),
}


_MOST = 0.9
"""Share of a column that must look like times: real logs have a few broken rows."""


def guess_mapping(rows: pl.DataFrame, name: str) -> str:
    """A mapping as TOML text, to be read and mended by hand; raises MappingError where nothing is known.

    Payments where there is a terminal, card or fraud column beside an amount; order lines where there are
    product, customer and price; clicks where there is only a product.
    """
    found = _roles(rows)
    head = f"# Guessed from the column names of {name}; read it, mend it, then: tillstream sources replay … --dry-run\n"
    head += f"# Columns: {' '.join(column for column in rows.columns if column != LINE)}\n\n{_clock(rows, found)}\n"
    if "price" in found and {"terminal", "card", "fraud"} & set(found):
        return head + _payments(found)
    if {"price", "product", "customer"} <= set(found):
        return head + _orders(found)
    if "product" in found:
        return head + _clicks(found)
    raise MappingError(
        f"{name}: no column looks like a product or an amount; write the mapping by hand (docs/howto/real-logs.md). "
        f"There are {', '.join(column for column in rows.columns if column != LINE)}"
    )


def _roles(rows: pl.DataFrame) -> dict[str, str]:
    roles: dict[str, str] = {}
    for role, patterns in _PATTERNS.items():
        for column in (column for pattern in patterns for column in rows.columns if _fits(pattern, column)):
            if column not in roles.values() and (role != "time" or _may_be_time(rows, column)):
                roles[role] = column
                break
    return roles


def _fits(pattern: str, column: str) -> bool:
    return column != LINE and re.search(pattern, column, re.IGNORECASE) is not None


def _may_be_time(rows: pl.DataFrame, column: str) -> bool:
    kind = rows.schema[column]
    if kind.is_temporal():
        return True
    if kind != pl.String:
        return kind.is_numeric() and _largest(rows, column) > 1e8
    return _share(rows, column, r"^\d{4}[-/]\d{2}[-/]\d{2}|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|^\d{9,16}$") > _MOST


def _share(rows: pl.DataFrame, column: str, pattern: str) -> float:
    """How much of a sample of a text column looks so."""
    sample = rows[column].drop_nulls().head(500)
    return float(sample.str.contains(pattern).sum() or 0) / max(len(sample), 1)


def _largest(rows: pl.DataFrame, column: str) -> float:
    return float(rows.select(pl.col(column).cast(pl.Float64, strict=False).max()).item() or 0.0)


def _clock(rows: pl.DataFrame, found: Dict[str, str]) -> str:
    if "time" not in found:
        return '[clock]\nstart = "2026-01-01T00:00:00" # the file has no times\nrow_seconds = 60\nshift = "now"\n'
    lines = ["[clock]", f'column = "{found["time"]}"', 'zone = "UTC" # where the shop is', 'shift = "now"']
    kind = rows.schema[found["time"]]
    if kind == pl.String and _share(rows, found["time"], r"^\d{9,16}$") > _MOST:
        lines.insert(2, 'format = "number"')
    if kind.is_numeric() or 'format = "number"' in lines:
        largest = _largest(rows, found["time"])
        lines.insert(2, f'unit = "{"us" if largest > 1e14 else "ms" if largest > 1e11 else "s"}"')
    return "\n".join(lines) + "\n"


def _payments(found: Dict[str, str]) -> str:
    own = {"customer_id": "customer", "card_id": "card", "terminal_id": "terminal"}
    fields = [f'{field} = "{found[role]}"' for field, role in own.items() if role in found]
    if "card" not in found and "customer" in found:
        fields.append(f'card_id = {{ column = "{found["customer"]}", prefix = "card-" }}')
    identity = f'"{found["payment"]}"' if "payment" in found else '{ template = "payment-{line}" }'
    fields += [f"payment_id = {identity}", f'amount_cents = {{ column = "{found["price"]}", times = 100 }}']
    fields += ['currency = { constant = "EUR" }']
    text = _feed("payments.v1", [*fields, 'kind = { constant = "authorized" }'])
    if "fraud" in found:
        rule = [f'where = {{ {found["fraud"]} = "1" }}', 'after = "7d" # how long the bank takes to tell']
        text += "\n" + _feed("payments.v1", [*fields, 'kind = { constant = "charged_back" }'], rule)
    return text


def _orders(found: Dict[str, str]) -> str:
    by = [found["order"]] if "order" in found else [found["customer"], *([found["time"]] if "time" in found else [])]
    quoted = ", ".join('"' + column + '"' for column in by)
    rule = ['each = "group"', f"by = [{quoted}]"]
    quantity = f'"{found["quantity"]}"' if "quantity" in found else "{ constant = 1 }"
    fields = [
        'order_id = { template = "order-{line}" }',
        'kind = { constant = "placed" }',
        f'customer_id = "{found["customer"]}"',
        'currency = { constant = "EUR" }',
        f'total_cents = {{ column = "{found["price"]}", times = 100, sum = true }} # if the price is for the line',
        f'lines.list_of = {{ product_id = "{found["product"]}", quantity = {quantity}, '
        f'unit_price_cents = {{ column = "{found["price"]}", times = 100 }} }}',
    ]
    return _products(found) + "\n" + _feed("orders.v1", fields, rule)


def _clicks(found: Dict[str, str]) -> str:
    visitor = found.get("session") or found.get("customer")
    fields = [
        f'visitor_id = "{visitor}"' if visitor else 'visitor_id = { template = "visitor-{line}" }',
        'kind = { constant = "viewed" }',
        f'product_id = "{found["product"]}"',
    ]
    if "customer" in found:
        fields.append(f'customer_id = "{found["customer"]}"')
    return _products(found) + "\n" + _feed("clicks.v1", fields)


def _products(found: Dict[str, str]) -> str:
    product = found["product"]
    category = f'"{found["category"]}"' if "category" in found else '{ constant = "items" }'
    price = f'{{ column = "{found["price"]}", times = 100 }}' if "price" in found else "{ constant = 0 }"
    fields = [
        f'event_id = {{ template = "product-{{{product}}}" }}',
        f'product_id = "{product}"',
        f'title = {{ template = "Product {{{product}}}" }}',
        f"category = {category}",
        f"price_cents = {price}",
        'currency = { constant = "EUR" }',
    ]
    return _feed("products.v1", fields, ['each = "first"', f'by = ["{product}"]'])


def _feed(topic: str, fields: list[str], rules: list[str] | None = None) -> str:
    return "\n".join(["[[feed]]", f'topic = "{topic}"', *(rules or []), "[feed.fields]", *fields, ""])
