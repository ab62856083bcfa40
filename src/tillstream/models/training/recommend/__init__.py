"""Neighbours of sessions, of products, of baskets; against what sells.

In: sessions and baskets. Out: neighbour tables.
See: docs/reference/models.md.
"""
