"""What serving takes from features and models, fitted to what decisions ask for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tillstream.core.errors import StoreUnavailable
from tillstream.core.settings import StoreSettings
from tillstream.decisions.ports import Champion, Rows
from tillstream.models.scoring import load_export, load_scorer


class StoreReader:
    """Reads the features of a use case for given ids in one round trip."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings

    async def read(self, wanted: Mapping[str, Sequence[str]], use_case: str, at_us: int) -> Rows:
        """See decisions.ports.Reader."""
        del wanted, use_case, at_us
        raise StoreUnavailable(f"no reader for {self._settings.host} yet")


def load_champion(models_path: Path, use_case: str, digest: str) -> Champion[Any]:
    """The export with that digest, every file checked before it is parsed; raises ModelError."""
    export = load_export(models_path, use_case, digest)
    return Champion(
        use_case=use_case,
        digest=export.digest,
        version=export.version,
        features=export.features,
        defaults=export.defaults,
        metrics=export.metrics,
        model=load_scorer(export),
    )
