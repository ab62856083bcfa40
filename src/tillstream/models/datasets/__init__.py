"""What each model learns from, in columns, as it was known at a moment.

In: silver tables, features. Out: histories, matrices with labels, demand by product and day.
See: docs/reference/models.md.
"""
