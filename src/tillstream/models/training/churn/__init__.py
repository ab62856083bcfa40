"""Boosted trees on customers as of dates; against recency.

In: customers with features as of a date. Out: trees.
See: docs/reference/models.md.
"""
