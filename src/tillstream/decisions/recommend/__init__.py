"""A list of products for a visitor: candidates, live scores, quotas and stock, one explored place, reasons.

In: recent views, candidates of an export and of the snapshot, live product features.
Out: a ranked list, each item with its reason.
See: docs/reference/decisions.md.
"""
