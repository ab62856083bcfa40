"""The price to show: the most profitable one by the product's demand, inside the guardrails.

In: list price, cost, stock, demand of an export. Out: a price with its reasons. Nothing personal is read.
See: docs/reference/decisions.md.
"""
