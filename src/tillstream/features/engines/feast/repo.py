"""A feature repo's folder, from the settings: where Feast's registry, its online and its offline store are."""

import json
from pathlib import Path
from typing import Final

from tillstream.core.settings import Settings

_STORE: Final = """\
# Written by `tillstream features feast`; do not edit.
project: tillstream
provider: local
registry:
  registry_type: sql
  path: {registry}
  cache_ttl_seconds: 60
online_store:
  type: tillstream.features.engines.feast.online_store.TillstreamOnlineStore
  host: {host}
  port: {port}
offline_store:
  type: dask  # Feast's DuckDB store downloads an extension to read Delta
entity_key_serialization_version: 3
"""
_OBJECTS: Final = '''\
"""Every entity, view, service and source of the definitions. Written by `tillstream features feast`; do not edit."""

from pathlib import Path

from tillstream.features.engines.feast.objects import feast_objects

globals().update(feast_objects(Path({values})))
'''


def values_path(settings: Settings) -> Path:
    """Where the tables of values lie, one an entity."""
    return settings.lake_path / "features"


def write_repo(settings: Settings, folder: Path) -> None:
    """Writes `feature_store.yaml` and the module of objects; what else lies in the folder stays."""
    folder.mkdir(parents=True, exist_ok=True)
    registry = f"sqlite:///{folder.resolve() / 'registry.db'}"
    store = _STORE.format(registry=json.dumps(registry), host=json.dumps(settings.store.host), port=settings.store.port)
    (folder / "feature_store.yaml").write_text(store)
    (folder / "objects.py").write_text(_OBJECTS.format(values=repr(str(values_path(settings).resolve()))))
