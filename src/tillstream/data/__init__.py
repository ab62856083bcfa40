"""Events on their way: from a source through the door to the log, and from the log to the lake.

In: what shops, files and services tell. Out: events on the log; Delta tables bronze, silver, gold.
Late: an event reaches silver whenever it comes; batch then rebuilds the days it changes.
Twice: a copy falls out at silver, a repeated write at the log position it covers.
See: docs/architecture.md.
"""
