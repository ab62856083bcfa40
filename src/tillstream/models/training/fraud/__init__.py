"""Boosted trees on payments; against the amount.

In: payments with features as of the payment. Out: trees.
See: docs/reference/models.md.
"""
