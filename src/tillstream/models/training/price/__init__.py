"""Demand by product and day with fixed effects; against no price effect.

In: demand. Out: an elasticity a product.
See: docs/reference/models.md.
"""
