"""Immutable exports, and the pointers that say which one serves.

In: trained models. Out: `exports/<use_case>/<digest>/`, `serving/<use_case>.json`, MLflow's alias `champion`.
See: docs/reference/models.md, docs/adr/0007-immutable-exports.md.
"""

from tillstream.models.registry.exports import StoredExport, find_export, stored_exports, write_export
from tillstream.models.registry.pointers import mark_untrained, promote
from tillstream.models.registry.settle import Settled, train_and_settle

__all__ = [
    "Settled",
    "StoredExport",
    "find_export",
    "mark_untrained",
    "promote",
    "stored_exports",
    "train_and_settle",
    "write_export",
]
