"""Logging and metrics, the same in every process.

In: facts. Out: one JSON line a fact, Prometheus samples.
See: docs/reference/metrics.md.
"""

from tillstream.core.telemetry.logging import configure_logging, logger

__all__ = ["configure_logging", "logger"]
