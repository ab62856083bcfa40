"""Feast on our definitions and our store: its objects, and an online store of its own kind for the plain SDK.

In: definitions; calls of Feast's SDK. Out: entities, views, services, sources; values from tiles; pushed rows.
See: docs/howto/use-feast.md, docs/adr/0005-whole-tiles-one-writer.md.
Late: a pushed row that is older than the one kept changes nothing.
Twice: the same row pushed again leaves the same row.
Runs in an environment of its own, var/env/feast; only `repo` works without Feast.
"""
