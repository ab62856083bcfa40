"""Whether a customer is about to leave, and what to do about it.

In: a customer's features, a risk; without them the last batch score or days of quiet. Out: a band, an action, reasons.
See: docs/reference/decisions.md.
"""
