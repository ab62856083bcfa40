"""What serving takes from features and models, fitted to what decisions ask for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tillstream.adapters.store import ReadingStore
from tillstream.core.settings import StoreSettings
from tillstream.decisions.ports import Champion, Rows
from tillstream.features.definitions import UseCase, features_of
from tillstream.features.online import FeatureReader
from tillstream.models.scoring import USE_CASES, load_export, load_scorer


class StoreReader:
    """Reads the features of a use case for given ids in one round trip; see decisions.ports.Reader."""

    def __init__(self, settings: StoreSettings) -> None:
        self._store = ReadingStore(settings)
        self._reader = FeatureReader(self._store)
        self._features = {use_case: features_of(use_case) for use_case in USE_CASES}

    async def read(self, wanted: Mapping[str, Sequence[str]], use_case: UseCase, at_us: int) -> Rows:
        """One command."""
        return await self._reader.read(wanted, self._features[use_case], at_us)

    def is_down(self) -> bool:
        """Whether the store is refused but for a probe now and then."""
        return self._store.breaker.is_open

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._store.close()


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
