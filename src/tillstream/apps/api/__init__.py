"""The HTTP API: decisions, the catalogue, search, events, and the storefront's files.

In: JSON over HTTP on loopback. Out: answers whose records are durable; problem+json for errors; Prometheus metrics.
See: docs/reference/api.md, docs/reference/openapi.json.
"""

from tillstream.apps.api.app import create_app
from tillstream.apps.api.service import Service

__all__ = ["Service", "create_app"]
