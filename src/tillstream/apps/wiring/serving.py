"""What serving takes from features and models, fitted to what decisions ask for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tillstream.core.errors import ModelError, StoreUnavailable
from tillstream.core.settings import StoreSettings
from tillstream.decisions.ports import Champion, Rows


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
    raise ModelError(f"no loader for {use_case} {digest} under {models_path} yet")
