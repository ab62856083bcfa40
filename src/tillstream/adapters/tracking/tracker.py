"""Hands runs to a child process: MLflow's import and a fresh store's tables take seconds the training need not wait."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tillstream.adapters.tracking import mlflow_store
from tillstream.adapters.tracking.place import mlflow_uri
from tillstream.adapters.tracking.runs import Run


class Tracker:
    """A store under `path`, written by one child process in the order of the calls; leaving waits for it.

    The child starts at once and opens the store while others compute.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._uri, self._artifacts = mlflow_uri(path), str((path / "artifacts").resolve())
        self._child = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self._pending: list[Future[Any]] = []
        self._submit(mlflow_store.open_store)

    def log(self, run: Run) -> "Future[str]":
        """Writes a run with its model version; the future holds MLflow's run id."""
        return self._submit(mlflow_store.write_run, self._artifacts, run)

    def name_champion(self, use_case: str, digest: str) -> "Future[None]":
        """Moves the alias to the version of that export, if the store has it."""
        return self._submit(mlflow_store.name_champion, use_case, digest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for future in self._pending:
                future.result()
        finally:
            self._child.shutdown()

    def _submit(self, work: Callable[..., Any], *arguments: object) -> "Future[Any]":
        future = self._child.submit(work, self._uri, *arguments)
        self._pending.append(future)
        return future
