"""Products for a query or a category, from the snapshot alone: no lake, no store.

In: words, a page. Out: products, how many there are in all.
See: docs/reference/api.md.
"""
