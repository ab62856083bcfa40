"""One log through each engine set, and what came out compared: `make conformance`.

In: a simulated shop, or a log of your own. Out: one line a table, exit 1 when one differs.
"""
