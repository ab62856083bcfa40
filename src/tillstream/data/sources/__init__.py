"""Where events come from: the simulated shop, and real logs.

In: settings and a seed, or a file and a mapping. Out: events of the contracts, in order of received_at.
Late: sources send late events as they come; they never hold one back.
Twice: the same seed or file gives the same events with the same ids, so a second run adds nothing.
See: docs/howto/shop-world.md.
"""
