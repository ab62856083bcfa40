"""What to recommend, which price to show, whom to keep, which payment to stop; each with its reasons and its record.

In: a request, online features, a serving export, the local snapshot. Out: an answer in bytes, its decision record.
See: docs/reference/decisions.md, docs/adr/0010-decision-records.md.
"""
