"""What every layer stands on, and no engine.

In: nothing. Out: errors, settings, contracts, telemetry.
See: docs/architecture.md, docs/reference/events.md.
"""
