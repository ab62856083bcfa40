"""Clients of engines that more than one layer uses, each behind a small interface.

In: settings of one area. Out: log, store, tracking, search clients.
See: docs/architecture.md.
"""
