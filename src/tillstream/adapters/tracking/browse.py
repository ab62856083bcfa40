"""MLflow's own page over the store."""

import os
import subprocess
import sys
from pathlib import Path

from tillstream.adapters.tracking.place import NO_USAGE_DATA, mlflow_uri


def serve_runs(path: Path, port: int) -> int:
    """Serves the page on loopback until it is stopped; gives the server's exit code."""
    path.mkdir(parents=True, exist_ok=True)
    store = ("--backend-store-uri", mlflow_uri(path), "--default-artifact-root", str((path / "artifacts").resolve()))
    listen = ("--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    command = (sys.executable, "-m", "mlflow", "server", *store, *listen)
    try:
        return subprocess.run(command, env={**os.environ, **NO_USAGE_DATA}, check=False).returncode  # noqa: S603 - ours
    except KeyboardInterrupt:
        return 0
