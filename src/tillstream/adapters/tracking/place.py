"""Where the store lies, and the variables that keep its libraries from sending usage data."""

from pathlib import Path
from typing import Final

NO_USAGE_DATA: Final = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


def mlflow_uri(path: Path) -> str:
    """The address MLflow opens the store under `path` by."""
    return f"sqlite:///{(path / 'mlflow.db').resolve()}"
