"""Tillstream: a shop's raw events in, live decisions out.

Eight layers, each importing only those below it: apps, operations, decisions, models,
features, data, adapters, core. The way of an event is drawn in docs/architecture.md.
"""

__version__ = "0.1.0"
